export interface SmtpReply {
  readonly code: number;
  /** All lines, without the codes, joined by a space. */
  readonly text: string;
}

/**
 * Cuts the bytes of a server into replies; a reply of several lines
 * (`250-first`, `250 last`) is complete with the line that has a space.
 *
 * Throws: Error when a line is not SMTP or a reply passes 64 KiB: whatever
 * answers there is no mail server, and guessing would count it as one.
 */
export class SmtpReplyReader {
  #rest = '';
  #lines: string[] = [];
  #code: number | null = null;

  /** True once any line of the reply in progress was read, e.g. postscreen's `220-` teaser. */
  get midReply(): boolean {
    return this.#lines.length > 0;
  }

  push(chunk: string): readonly SmtpReply[] {
    this.#rest += chunk;
    if (this.#rest.length > 65_536) throw new Error('the server sent 64 KiB without a complete reply');
    const replies: SmtpReply[] = [];
    for (let end = this.#rest.indexOf('\n'); end >= 0; end = this.#rest.indexOf('\n')) {
      const line = this.#rest.slice(0, end).replace(/\r$/, '');
      this.#rest = this.#rest.slice(end + 1);
      const parts = /^([2-5]\d\d)([- ]?)(.*)$/.exec(line);
      if (parts === null) throw new Error(`not an SMTP reply: ${JSON.stringify(line.slice(0, 80))}`);
      const code = Number(parts[1]);
      if (this.#code !== null && this.#code !== code) {
        throw new Error(`a reply changed its code from ${this.#code} to ${code} between its lines`);
      }
      this.#code = code;
      this.#lines.push(parts[3] ?? '');
      if (parts[2] === '-') continue;
      replies.push({ code, text: this.#lines.join(' ') });
      this.#lines = [];
      this.#code = null;
    }
    return replies;
  }
}
