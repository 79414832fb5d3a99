/** What went wrong in the lab, as a sentence that says what may be tried. */
export class LabError extends Error {
  override readonly name = 'LabError';
}
