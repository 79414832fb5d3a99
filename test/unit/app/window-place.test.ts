import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstPlace, placeWindow, type Rectangle, smallestWindow } from '../../../main/app/window-place.ts';

const laptop = { x: 0, y: 25, width: 1600, height: 975 };
const monitor = { x: 1600, y: 0, width: 2560, height: 1440 };
const at = (bounds: Rectangle) => ({ bounds, maximized: false });

describe('where the window opens', () => {
  it('opens in the middle of the first screen the first time', () => {
    expect(placeWindow(firstPlace, [laptop])).toEqual({ x: 120, y: 73, width: 1360, height: 880 });
  });

  it('opens where it was, on the second screen too', () => {
    const bounds = { x: 2000, y: 100, width: 1800, height: 1000 };
    expect(placeWindow(at(bounds), [laptop, monitor])).toEqual(bounds);
  });

  it('comes back to the first screen when its own is gone', () => {
    const found = placeWindow(at({ x: 2000, y: 100, width: 1200, height: 800 }), [laptop]);
    expect(found).toEqual({ x: 200, y: 113, width: 1200, height: 800 });
  });

  it('is never placed so that its title bar cannot be grasped', () => {
    const number = fc.integer({ min: -5000, max: 8000 });
    const size = fc.integer({ min: 1, max: 8000 });
    fc.assert(
      fc.property(number, number, size, size, fc.boolean(), (x, y, width, height, both) => {
        const areas = both ? [laptop, monitor] : [laptop];
        const found = placeWindow(at({ x, y, width, height }), areas);
        const graspable = areas.some(
          (area) =>
            Math.min(found.x + found.width, area.x + area.width) - Math.max(found.x, area.x) >= 160 &&
            found.y >= area.y &&
            found.y + 40 <= area.y + area.height,
        );
        expect(graspable).toBe(true);
        expect(found.width).toBeGreaterThanOrEqual(smallestWindow.width);
        expect(found.height).toBeGreaterThanOrEqual(smallestWindow.height);
      }),
    );
  });
});
