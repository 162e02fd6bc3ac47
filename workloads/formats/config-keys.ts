/**
 * Checked access to the keys of a parsed configuration file: an error names the file, the key, what was found and what is
 * allowed.
 */
export class ConfigKeys {
  readonly config: Record<string, unknown>;
  readonly where: string;

  constructor(config: Record<string, unknown>, where: string) {
    this.config = config;
    this.where = where;
  }

  fail(key: string, wanted: string): never {
    const found = JSON.stringify(this.config[key])?.slice(0, 80);
    throw new Error(
      `${this.where}: '${key}' is ${found === undefined ? 'missing' : found}, expected ${wanted}`,
    );
  }

  has = (key: string) => this.config[key] !== undefined && this.config[key] !== null;

  /** A positive whole number under the first of `names` that is there. */
  count(...names: string[]): number {
    const key = names.find((name) => this.has(name)) ?? names[0];
    const value = this.config[key];
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      const other = names.length > 1 ? ` (or ${names.slice(1).join(', ')})` : '';
      this.fail(key, `a positive whole number${other}`);
    }
    return value as number;
  }

  countOr<T>(missing: T, ...names: string[]): number | T {
    const present = names.filter((name) => this.has(name) && this.config[name] !== 0);
    return present.length > 0 ? this.count(...present) : missing;
  }

  number(key: string): number | undefined {
    if (!this.has(key)) return undefined;
    return typeof this.config[key] === 'number' ? this.config[key] : this.fail(key, 'a number');
  }

  flag(key: string): boolean | undefined {
    if (!this.has(key)) return undefined;
    return typeof this.config[key] === 'boolean' ? this.config[key] : this.fail(key, 'true or false');
  }

  list(key: string, length: number): unknown[] | undefined {
    if (!this.has(key)) return undefined;
    const value = this.config[key];
    return Array.isArray(value) && value.length >= length ? value : this.fail(key, `a list of ${length}`);
  }
}
