import { webConfig } from './vite.shared';

export default webConfig('console', '/console/');
