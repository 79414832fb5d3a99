import { z } from 'zod';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const windowPlaceSchema = z.object({
  bounds: z
    .object({ x: z.number(), y: z.number(), width: z.number().positive(), height: z.number().positive() })
    .nullable(),
  maximized: z.boolean(),
});
export type WindowPlace = z.infer<typeof windowPlaceSchema>;

export const smallestWindow = { width: 960, height: 640 } as const;
const usualWindow = { width: 1360, height: 880 } as const;
export const firstPlace: WindowPlace = { bounds: null, maximized: false };

/** As much of a window's title bar must be on a screen for the operator to be able to drag it. */
const graspable = { width: 160, height: 40 } as const;

/**
 * Where the window opens: where it was, when that can still be reached on one of today's screens; else in the
 * usual size in the middle of the first one. Never larger than its screen, never smaller than is usable.
 */
export function placeWindow(saved: WindowPlace, workAreas: readonly Rectangle[]): Rectangle {
  const first = workAreas[0] ?? { x: 0, y: 0, ...usualWindow };
  if (saved.bounds === null) return centred(usualWindow, first);
  for (const area of workAreas) {
    // Shrunk first: what could be grasped by its far corner may have lost that corner.
    const shrunk = { ...saved.bounds, ...sized(saved.bounds, area) };
    if (isGraspable(shrunk, area)) return shrunk;
  }
  return centred(saved.bounds, first);
}

function isGraspable(bounds: Rectangle, area: Rectangle): boolean {
  const visible = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  const below = area.y + area.height - bounds.y;
  return visible >= graspable.width && bounds.y >= area.y && below >= graspable.height;
}

function centred(size: { width: number; height: number }, area: Rectangle): Rectangle {
  const { width, height } = sized(size, area);
  return {
    x: Math.round(area.x + (area.width - width) / 2),
    y: Math.round(area.y + (area.height - height) / 2),
    width,
    height,
  };
}

function sized(
  size: { width: number; height: number },
  area: Rectangle,
): { readonly width: number; readonly height: number } {
  return {
    width: Math.round(Math.max(Math.min(size.width, area.width), smallestWindow.width)),
    height: Math.round(Math.max(Math.min(size.height, area.height), smallestWindow.height)),
  };
}
