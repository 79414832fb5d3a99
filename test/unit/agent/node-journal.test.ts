import { expect, test } from 'vitest';
import { redactedInput } from '../../../agent/verb/node-journal.ts';

test('what a verb calls secret is not written to the journal', () => {
  const text = redactedInput({ role: 'mx', files: [{ path: '/etc/x', content: 'password' }] }, ['files']);
  expect(text).toBe('{"role":"mx","files":"[secret]"}');
});

test('a large input is cut, and no input at all is nothing', () => {
  expect(redactedInput({ text: 'x'.repeat(5000) }, []).length).toBe(1000);
  expect(redactedInput(undefined, [])).toBe('');
});
