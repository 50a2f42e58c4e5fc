import { webConfig } from './vite.shared';

export default webConfig('h5', '/');
