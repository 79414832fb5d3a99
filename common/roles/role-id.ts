/** The roles this version knows. A role is one folder beside this file and one line in index.ts. */
export const roleIds = ['edge', 'mx', 'store'] as const;

export type RoleId = (typeof roleIds)[number];
