/**
 * Random tests: `property([arbitrary, …], parameters?)(name, check)` is a test of vitest that holds `check` to
 * fast-check; `false` fails too. A failure prints its seed and path. (`@fast-check/vitest` does the same, but takes a second to import in
 * every test file.)
 */
import fc from 'fast-check';
import { it } from 'vitest';

type Arbitraries<Values> = { [K in keyof Values]: fc.Arbitrary<Values[K]> };

export const property =
  <Values extends [unknown, ...unknown[]]>(
    arbitraries: Arbitraries<Values>,
    parameters?: fc.Parameters<Values>,
  ) =>
  (name: string, check: (...values: Values) => unknown) => {
    it(name, () =>
      fc.assert(
        fc.asyncProperty<Values>(
          ...arbitraries,
          async (...values) => (await check(...values)) as boolean | undefined,
        ),
        parameters,
      ),
    );
  };
