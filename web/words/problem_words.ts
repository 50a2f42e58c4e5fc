import { ProblemError, UnreachableError } from '../client/problem';
import { wordsOf } from './language';

export interface Explanation {
  title: string;
  wayOut: string;
}

const words = wordsOf(
  {
    unreachable: { title: '连不上服务器', wayOut: '请检查网络后重试；已完成的进度都保存着。' },
    busy: { title: '服务器正忙', wayOut: '请稍等片刻再试。' },
    unknown: { title: '出了点问题', wayOut: '请重试；若仍不行，请把编号告诉管理员。' },
    request: (id: string) => `编号 ${id}`,
  },
  {
    unreachable: { title: 'The server cannot be reached', wayOut: 'Check the network and try again; your progress is kept.' },
    busy: { title: 'The server is busy', wayOut: 'Wait a moment and try again.' },
    unknown: { title: 'Something went wrong', wayOut: 'Try again; if it stays so, give the number to an administrator.' },
    request: (id: string) => `No. ${id}`,
  },
);

// What went wrong and what to do now, in the viewer's language: the server's own words where it
// answered, ours where it could not.
export function explain(error: unknown): Explanation {
  if (error instanceof UnreachableError) return words.value.unreachable;
  if (!(error instanceof ProblemError)) return words.value.unknown;
  const isServerFault = error.status >= 500;
  const title = error.title || (isServerFault ? words.value.busy.title : words.value.unknown.title);
  let wayOut = error.detail || (isServerFault ? words.value.busy.wayOut : words.value.unknown.wayOut);
  if (isServerFault && error.requestId) wayOut += ` (${words.value.request(error.requestId)})`;
  return { title, wayOut };
}

// In one line, for a message that passes.
export function explainBriefly(error: unknown): string {
  const { title, wayOut } = explain(error);
  return wayOut && wayOut !== title ? `${title}：${wayOut}` : title;
}
