import type { LessonKind } from '../../client/wire';
import { wordsOf } from '../../words/language';

const kinds: Record<LessonKind, string> = {
  micro_lesson: '微党课', exemplary_member: '优秀党员', model_worker: '劳模工匠', news: '要闻',
};
const englishKinds: Record<LessonKind, string> = {
  micro_lesson: 'Micro-lesson', exemplary_member: 'Exemplary member', model_worker: 'Model worker', news: 'News',
};

export const words = wordsOf(
  {
    brand: '微课', motto: '学在指尖，见贤思齐',
    feed: '首页', mine: '我的学习', me: '我',
    allChannels: '推荐', kinds,
    signIn: '登录', signOut: '退出登录', guest: '访客', account: '账号', password: '密码',
    signInTitle: '登录微课', signInHint: '使用单位发放的账号登录',
    signInMissing: '请填写账号和密码', browseAsGuest: '先随便看看',
    guestNote: '登录后可看本单位课程，并保存学习进度',
    welcome: (name: string) => `${name}，你好`,
    language: '语言', unit: '单位', roles: '角色', about: '关于微课',
    retry: '重试', refresh: '下拉刷新', loading: '加载中', end: '已经到底了', emptyFeed: '这里还没有课程',
    emptyFeedHint: '发布后会出现在这里', emptyMine: '还没有学习记录', emptyMineHint: '看过的课会记在这里，换个设备也能接着看',
    goToFeed: '去看看', watched: (percent: number) => `已学 ${percent}%`, done: '已学完', silent: '无声',
    continueAt: (time: string) => `学到 ${time}`, mineNeedsSignIn: '登录后查看学习记录',
    person: '人物', teacher: '主讲', published: '发布', size: '流量', sizeOf: (size: string) => `约 ${size}（流畅）`,
    myProgress: '我的进度', play: '播放', back: '返回', chapters: '章节', seek: '进度条',
    resumed: (time: string) => `已从 ${time} 继续播放`, fromStart: '从头看',
    recalledTitle: '这节课已撤下', recalledHint: '发布单位已将它撤下，暂时不能观看。你的学习记录仍然保留。',
    missingTitle: '找不到这节课', missingHint: '它可能已被删除，或不对你开放。',
    missingGuestHint: '它可能只对本单位成员开放，请登录后再看。',
    unsupportedTitle: '这个浏览器放不了视频', unsupportedHint: '请升级微信或换一个浏览器打开。',
    interruptedTitle: '播放中断了', interruptedHint: '网络不太稳定，你看到的位置已经记下。',
    otherLessons: '看看其他课', gone: '这节课已撤下或不可见',
  },
  {
    brand: 'Weike', motto: 'Short lessons, good examples',
    feed: 'Home', mine: 'My learning', me: 'Me',
    allChannels: 'For you', kinds: englishKinds,
    signIn: 'Sign in', signOut: 'Sign out', guest: 'Guest', account: 'Account', password: 'Password',
    signInTitle: 'Sign in to Weike', signInHint: 'With the account your unit gave you',
    signInMissing: 'Fill in account and password', browseAsGuest: 'Look around first',
    guestNote: 'Sign in to see lessons of your unit and keep your progress',
    welcome: (name: string) => `Hello, ${name}`,
    language: 'Language', unit: 'Unit', roles: 'Roles', about: 'About Weike',
    retry: 'Try again', refresh: 'Pull to refresh', loading: 'Loading', end: 'That is all', emptyFeed: 'No lessons here yet',
    emptyFeedHint: 'They appear here once published', emptyMine: 'Nothing watched yet',
    emptyMineHint: 'What you watch is noted here, on every device',
    goToFeed: 'Have a look', watched: (percent: number) => `${percent}% watched`, done: 'Watched', silent: 'Silent',
    continueAt: (time: string) => `Stopped at ${time}`, mineNeedsSignIn: 'Sign in to see what you watched',
    person: 'Person', teacher: 'Teacher', published: 'Published', size: 'Data', sizeOf: (size: string) => `about ${size} (smooth)`,
    myProgress: 'My progress', play: 'Play', back: 'Back', chapters: 'Chapters', seek: 'Position',
    resumed: (time: string) => `Went on from ${time}`, fromStart: 'From the start',
    recalledTitle: 'This lesson was recalled', recalledHint: 'Its unit took it back for now. Your learning record is kept.',
    missingTitle: 'No such lesson', missingHint: 'It may have been deleted, or is not open to you.',
    missingGuestHint: 'It may be open to members only. Sign in to watch it.',
    unsupportedTitle: 'This browser cannot play video', unsupportedHint: 'Update WeChat or open it in another browser.',
    interruptedTitle: 'Playing was interrupted', interruptedHint: 'The network is unsteady. Your place is kept.',
    otherLessons: 'Other lessons', gone: 'This lesson was recalled or cannot be seen',
  },
);
