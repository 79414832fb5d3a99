import { expect, test } from 'vitest';
import { roles } from '../../../../common/roles/index.ts';
import { genericVerbs, verbs } from '../../../../common/verbs/index.ts';

test('every verb of every role is known by its name, once, beside the generic ones', () => {
  const all = [...genericVerbs, ...Object.values(roles).flatMap((role) => role.verbs)];
  expect(verbs.size).toBe(all.length);
  for (const verb of all) expect(verbs.get(verb.name)).toBe(verb);
});

test.each([...verbs.values()].map((verb) => [verb.name, verb] as const))(
  '%s refuses a field that it does not name',
  (_name, verb) => {
    const parsed = verb.input.safeParse({ surelyNobodyNamesThis: 1 });
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues.some((issue) => issue.code === 'unrecognized_keys')).toBe(true);
  },
);
