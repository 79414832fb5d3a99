import type { KeyNumber } from '../../common/model/views.ts';
import { formatAgo } from '../format/duration.ts';
import { formatNumber, inWords } from '../format/number.ts';
import { formatAbsolute } from '../format/time.ts';
import { useNow } from '../stores/clock.ts';
import { numberAge } from '../stores/freshness.ts';
import './key-number.css';

/** "queue 14": label, value, unit. A stale one fades and says its age; an absent one says so. */
export function KeyNumberText({ number }: { readonly number: KeyNumber }) {
  const now = useNow();
  const age = numberAge(number.atMs, now);
  const said = formatNumber(number.value, number.unit);
  const stale = number.value !== null && (age === null || age.stale);
  const when = age && number.atMs !== null ? `measured ${formatAbsolute(number.atMs)}` : 'never measured';
  return (
    <span
      className={stale ? 'key-number is-stale' : 'key-number'}
      title={`${number.label}: ${inWords(said)}, ${when}`}
    >
      {number.label.toLowerCase()}{' '}
      {number.value === null ? <i className="unknown">unknown</i> : <b>{said.value}</b>}
      {said.unit && ` ${said.unit}`}
      {stale && <small> {age ? formatAgo(age.ageMs) : 'no age'}</small>}
    </span>
  );
}

export function KeyNumbers({
  numbers,
  limit = 2,
}: {
  readonly numbers: readonly KeyNumber[];
  readonly limit?: number;
}) {
  return (
    <div className="key-numbers">
      {numbers.slice(0, limit).map((number) => (
        <KeyNumberText key={number.label} number={number} />
      ))}
    </div>
  );
}
