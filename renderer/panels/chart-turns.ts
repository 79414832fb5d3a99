/**
 * One recharts update a frame. A dozen charts that all get new points each
 * second would cost 90-100 ms at once and drop frames; taken in turns each
 * frame stays short and the eye sees no order.
 */
import { useEffect, useRef, useState } from 'react';

type Turn = () => void;

const waiting = new Map<object, Turn>();
let frame = 0;

function next(): void {
  frame = 0;
  const first = waiting.entries().next();
  if (first.done) return;
  const [key, turn] = first.value;
  waiting.delete(key);
  turn();
  if (waiting.size > 0) frame = requestAnimationFrame(next);
}

export function askForTurn(key: object, turn: Turn): () => void {
  waiting.set(key, turn);
  if (frame === 0) frame = requestAnimationFrame(next);
  return () => waiting.delete(key);
}

/** `value`, but changing only when this chart has its turn. */
export function useInTurn<T>(value: T): T {
  const [shown, setShown] = useState(value);
  const key = useRef({});
  useEffect(() => askForTurn(key.current, () => setShown(value)), [value]);
  return shown;
}
