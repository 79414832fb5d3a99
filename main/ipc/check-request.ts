import { type RequestArgs, type RequestName, requestSchemas } from '../../common/ipc/contract.ts';
import type { Result } from '../../common/model/result.ts';

export type CheckedRequest = {
  [N in RequestName]: { readonly name: N; readonly args: RequestArgs<N> };
}[RequestName];

/**
 * What the window sent, as a request of the contract or as the reason why it is none.
 *
 * A name is looked up as an own property: `constructor` is no request.
 * The answer names the field that was wrong and never repeats its value: it may be a password.
 */
export function checkRequest(raw: unknown): Result<CheckedRequest> {
  if (typeof raw !== 'object' || raw === null) return refused('The request was not an object.');
  const { name, args } = raw as { name?: unknown; args?: unknown };
  if (typeof name !== 'string' || !Object.hasOwn(requestSchemas, name)) {
    return refused('The window asked for something that this version does not know.');
  }
  const checked = requestSchemas[name as RequestName].safeParse(args);
  if (!checked.success) {
    const where = checked.error.issues
      .map((issue) => `${issue.path.map(String).join('.') || 'the request'}: ${issue.message}`)
      .join('; ');
    return refused(`${name} was not sent: ${where}.`);
  }
  return { ok: true, value: { name, args: checked.data } as CheckedRequest };
}

function refused(message: string): Result<never> {
  return { ok: false, problem: 'bad-input', message };
}
