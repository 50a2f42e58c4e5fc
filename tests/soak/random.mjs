// Numbers that look random and come again with the same seed, so that a soak can be repeated.
export class Random {
  #state;
  constructor(seed) {
    this.#state = seed >>> 0 || 1;
  }
  /** From 0 to below 1 (mulberry32). */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  /** A whole number from `low` to `high`. */
  between(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }
  of(list) {
    return list[this.between(0, list.length - 1)];
  }
  chance(part) {
    return this.next() < part;
  }
  bytes(count) {
    return Buffer.from(Array.from({ length: count }, () => this.between(0, 255)));
  }
}
