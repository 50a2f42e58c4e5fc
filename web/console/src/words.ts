import type { Asset, Decision, LessonKind, LessonState } from '../../client/wire';
import { wordsOf } from '../../words/language';

const zhKinds: Record<LessonKind, string> = {
  micro_lesson: '微党课', exemplary_member: '优秀党员', model_worker: '劳模工匠', news: '要闻',
};
const enKinds: Record<LessonKind, string> = {
  micro_lesson: 'Micro-lesson', exemplary_member: 'Exemplary member', model_worker: 'Model worker', news: 'News',
};
const zhStates: Record<LessonState, string> = {
  draft: '草稿', in_review: '审核中', approved: '待发布', live: '已上线', recalled: '已撤下',
};
const enStates: Record<LessonState, string> = {
  draft: 'Draft', in_review: 'In review', approved: 'Approved', live: 'Live', recalled: 'Recalled',
};
const zhVerdicts: Record<Decision['verdict'], string> = {
  submitted: '提交审核', approved: '审核通过', returned: '退回修改', published: '发布', recalled: '撤下', edited: '修改',
};
const enVerdicts: Record<Decision['verdict'], string> = {
  submitted: 'Submitted', approved: 'Approved', returned: 'Returned', published: 'Published', recalled: 'Recalled', edited: 'Edited',
};
const zhAssetStates: Record<Asset['state'], string> = {
  receiving: '接收中', queued: '排队中', probing: '检查视频', transcoding: '转码中', ready: '转码完成', rejected: '视频不合格', failed: '转码失败',
};
const enAssetStates: Record<Asset['state'], string> = {
  receiving: 'Receiving', queued: 'Queued', probing: 'Checking', transcoding: 'Transcoding', ready: 'Ready', rejected: 'Not accepted', failed: 'Failed',
};
const zhStages: Record<string, string> = {
  queued: '等待处理', probe: '检查视频', video_360p: '生成流畅画质和声音', renditions: '生成更高画质', images: '生成封面', finalise: '收尾', done: '完成',
};
const enStages: Record<string, string> = {
  queued: 'waiting', probe: 'checking the video', video_360p: 'making 360p and sound', renditions: 'making higher qualities', images: 'making covers', finalise: 'finishing', done: 'done',
};

export const words = wordsOf(
  {
    brand: '微课工作台', nav: { lessons: '我的课程', upload: '上传', review: '审核', publishing: '发布' },
    logIn: '登录', logOut: '退出', account: '账号', password: '密码', logInHint: '发布、审核与编排，请用工作账号登录', logInMissing: '请填写账号和密码',
    noRole: '这个账号没有工作台权限', noRoleHint: '请联系管理员授予发布、审核或编排角色；学习请到手机页面。', toFeed: '去看课程',
    kinds: zhKinds, states: zhStates, verdicts: zhVerdicts, assetStates: zhAssetStates, stages: zhStages,
    retry: '重试', more: '加载更多', loading: '加载中', cancel: '取消', confirm: '确定', save: '保存', saved: '已保存', remove: '删除',
    emptyMine: '还没有课程', emptyMineHint: '上传一段视频，填好信息就能提交审核', emptyReview: '没有待审核的课程', emptyReviewHint: '有人提交后会自动出现在这里',
    emptyApproved: '没有待发布的课程', emptyApprovedHint: '审核通过后会出现在这里', emptyLive: '还没有上线的课程', emptyLiveHint: '发布后会出现在这里',
    newVersion: (state: string) => `新版本：${state}`, owner: '发布人', updated: '更新于',
    upload: {
      title: '上传新课', drop: '把视频拖到这里，或点按选择', limits: '手机横拍、竖拍都可以；1 秒到 30 分钟，最大 2 GB。断网、关页面都能接着传。',
      notVideo: '请选择视频文件', tooLarge: '文件超过 2 GB', tooLargeHint: '请压缩或剪短后再传。', sending: '正在上传', paused: '已暂停', done: '上传完成', failed: '上传中断', refused: '不能上传',
      pause: '暂停', go: '继续', giveUp: '放弃上传', giveUpAsk: '放弃这次上传？已传的部分会被删除。', left: (time: string) => `约剩 ${time}`,
      resumedAt: (percent: number) => `从 ${percent}% 接着传`, recent: '已上传、还没建课的视频', makeLesson: '填写课程信息', deleteAsk: '删除这个视频？',
    },
    asset: {
      place: (place: number) => (place <= 0 ? '马上开始' : `前面还有 ${place} 个`), forecast: (ms: number) => (ms < 60_000 ? '预计不到 1 分钟' : `预计还需约 ${Math.round(ms / 60_000)} 分钟`), playable: '可预览', publishable: '可发布', tryAgain: '重新转码',
      silent: '无声', renditions: '画质', attempt: (n: number) => `已自动尝试 ${n} 次`, chooseAnother: '换一个视频', notes: (n: number) => `另有 ${n} 条提示`,
      loudness: (before: string, gain: string, after: string) => `响度 ${before} LUFS，调整 ${gain} dB${after ? `，之后 ${after} LUFS` : ''}`,
    },
    form: {
      title: '标题', titleHint: '一句话说清这节课', kind: '类型', channel: '频道', noChannel: '不放进频道', audience: '谁能看', members: '登录成员', everyone: '所有人',
      summary: '简介', summaryHint: '讲什么、适合谁看', person: '人物', personHint: '片中主要人物', teacher: '主讲', tags: '标签', tagsHint: '输入后按回车，最多 20 个',
      titleMissing: '请填写标题', saveDraft: '保存草稿', saveAndSubmit: '提交审核', waitUpload: '上传完成后即可保存', waitPlayable: '可预览后即可提交',
    },
    lesson: {
      preview: '预览', info: '课程信息', history: '办理记录', noHistory: '还没有记录', submit: '提交审核', publish: '发布', recall: '撤下', approve: '通过', return: '退回修改',
      submitted: '已提交，等待审核', published: '已发布', recalled: '已撤下', approved: '已通过', returned: '已退回', deleted: '已删除',
      deleteAsk: '删除这节课？它的视频会一起删除，除非别的课还在用。', recallTitle: '撤下这节课', recallHint: '正在观看的人会在几秒内停下。请写明原因，会记入办理记录。',
      returnTitle: '退回修改', returnHint: '请告诉发布人哪里需要改。', reason: '原因', reasonMissing: '请填写原因', returnedNote: '被退回', recalledNote: '已撤下',
      notPublishable: '流畅画质和声音完成后即可发布', notPlayable: '视频可预览后即可提交', ownSubmission: '自己提交的课程由他人审核',
      version: (n: number) => `第 ${n} 版`, liveKept: '修改会成为新版本，审核发布前观众看到的仍是旧版', missing: '找不到这节课', back: '返回', put: '重新上线',
      noPreview: '还不能预览', noPreviewHint: '视频检查通过并生成开头部分后即可预览。',
    },
    cover: { title: '封面', candidate: (n: number) => `候选封面 ${n}`, later: '转码完成后可在三张候选封面中选择' },
    trim: {
      open: '裁剪视频', title: '裁剪视频', hint: '原视频保留不动，裁剪会生成新版本，不用重新上传。', make: '生成裁剪版', beginHere: '从当前画面开始', endHere: '到当前画面结束',
      length: (time: string) => `共 ${time}`, tooShort: '至少保留 1 秒', made: '正在生成裁剪版', saveFirst: '先保存修改，再裁剪',
    },
    captions: { title: '字幕', add: (label: string) => `添加${label}字幕`, hint: 'SRT 或 WebVTT，UTF-8 或 GB18030', cues: (n: number) => `${n} 条`, added: '字幕已添加' },
    chapters: { title: '章节', add: '在当前画面加一章', name: '这一章讲什么' },
    publishing: { approved: '待发布', live: '已上线与已撤下' },
    language: 'English', pages: '观看页',
  },
  {
    brand: 'Weike console', nav: { lessons: 'My lessons', upload: 'Upload', review: 'Review', publishing: 'Publish' },
    logIn: 'Log in', logOut: 'Log out', account: 'Account', password: 'Password', logInHint: 'For publishers, reviewers and curators', logInMissing: 'Fill in account and password',
    noRole: 'This account has no role in the console', noRoleHint: 'Ask an administrator for the role of publisher, reviewer or curator. To learn, open the phone pages.', toFeed: 'Watch lessons',
    kinds: enKinds, states: enStates, verdicts: enVerdicts, assetStates: enAssetStates, stages: enStages,
    retry: 'Try again', more: 'More', loading: 'Loading', cancel: 'Cancel', confirm: 'OK', save: 'Save', saved: 'Saved', remove: 'Delete',
    emptyMine: 'No lessons yet', emptyMineHint: 'Upload a video, fill in its details, submit it', emptyReview: 'Nothing to review', emptyReviewHint: 'What is submitted appears here by itself',
    emptyApproved: 'Nothing to publish', emptyApprovedHint: 'What is approved appears here', emptyLive: 'No live lessons', emptyLiveHint: 'What is published appears here',
    newVersion: (state: string) => `New version: ${state}`, owner: 'Publisher', updated: 'Updated',
    upload: {
      title: 'Upload a lesson', drop: 'Drop a video here, or tap to choose', limits: 'Portrait or landscape; 1 s to 30 min, up to 2 GB. Goes on after a broken line or a closed page.',
      notVideo: 'Choose a video file', tooLarge: 'The file is larger than 2 GB', tooLargeHint: 'Compress or shorten it first.', sending: 'Uploading', paused: 'Paused', done: 'Uploaded', failed: 'Interrupted', refused: 'Not accepted',
      pause: 'Pause', go: 'Go on', giveUp: 'Give up', giveUpAsk: 'Give this upload up? What was sent is deleted.', left: (time: string) => `about ${time} left`,
      resumedAt: (percent: number) => `Went on at ${percent}%`, recent: 'Uploaded, no lesson yet', makeLesson: 'Fill in details', deleteAsk: 'Delete this video?',
    },
    asset: {
      place: (place: number) => (place <= 0 ? 'next' : `${place} before it`), forecast: (ms: number) => (ms < 60_000 ? 'less than a minute left' : `about ${Math.round(ms / 60_000)} min left`), playable: 'can be previewed', publishable: 'can be published', tryAgain: 'Transcode again',
      silent: 'silent', renditions: 'Qualities', attempt: (n: number) => `${n} automatic tries`, chooseAnother: 'Choose another video', notes: (n: number) => (n === 1 ? '1 more note' : `${n} more notes`),
      loudness: (before: string, gain: string, after: string) => `Loudness ${before} LUFS, gain ${gain} dB${after ? `, ${after} LUFS after it` : ''}`,
    },
    form: {
      title: 'Title', titleHint: 'The lesson in one line', kind: 'Kind', channel: 'Channel', noChannel: 'In no channel', audience: 'Who may see it', members: 'Members', everyone: 'Everyone',
      summary: 'Summary', summaryHint: 'What it is about, and for whom', person: 'Person', personHint: 'The person shown', teacher: 'Teacher', tags: 'Tags', tagsHint: 'Enter after each, up to 20',
      titleMissing: 'Fill in a title', saveDraft: 'Save draft', saveAndSubmit: 'Submit', waitUpload: 'Can be saved when the upload is done', waitPlayable: 'Can be submitted when it can be previewed',
    },
    lesson: {
      preview: 'Preview', info: 'Details', history: 'History', noHistory: 'Nothing yet', submit: 'Submit', publish: 'Publish', recall: 'Recall', approve: 'Approve', return: 'Return',
      submitted: 'Submitted for review', published: 'Published', recalled: 'Recalled', approved: 'Approved', returned: 'Returned', deleted: 'Deleted',
      deleteAsk: 'Delete this lesson? Its video goes with it unless another lesson uses it.', recallTitle: 'Recall this lesson', recallHint: 'Whoever is watching is stopped within seconds. Say why; it is kept in the history.',
      returnTitle: 'Return it', returnHint: 'Tell the publisher what to change.', reason: 'Reason', reasonMissing: 'Give a reason', returnedNote: 'Returned', recalledNote: 'Recalled',
      notPublishable: 'Can be published when 360p and sound are done', notPlayable: 'Can be submitted when it can be previewed', ownSubmission: 'Your own submission is reviewed by others',
      version: (n: number) => `Version ${n}`, liveKept: 'A change becomes a new version; the old one stays live until that is published', missing: 'No such lesson', back: 'Back', put: 'Put back live',
      noPreview: 'No preview yet', noPreviewHint: 'It can be previewed when the video was checked and its beginning is made.',
    },
    cover: { title: 'Cover', candidate: (n: number) => `Cover candidate ${n}`, later: 'Three covers to choose from when the video is ready' },
    trim: {
      open: 'Trim the video', title: 'Trim the video', hint: 'The original is kept. A trim makes a new version without another upload.', make: 'Make the trimmed version', beginHere: 'Begin here', endHere: 'End here',
      length: (time: string) => `${time} in all`, tooShort: 'Keep at least one second', made: 'The trimmed version is being made', saveFirst: 'Save your changes before you trim',
    },
    captions: { title: 'Captions', add: (label: string) => `Add captions: ${label}`, hint: 'SRT or WebVTT, UTF-8 or GB18030', cues: (n: number) => `${n} cues`, added: 'Captions added' },
    chapters: { title: 'Chapters', add: 'Begin a chapter here', name: 'What it is about' },
    publishing: { approved: 'To publish', live: 'Live and recalled' },
    language: '中文', pages: 'Watch',
  },
);
