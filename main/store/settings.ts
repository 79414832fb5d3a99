import { z } from 'zod';
import type { Settings } from '../../common/ipc/contract.ts';

export const settingsSchema: z.ZodType<Settings> = z.object({
  theme: z.enum(['system', 'light', 'dark']),
});

export const defaultSettings: Settings = { theme: 'system' };
