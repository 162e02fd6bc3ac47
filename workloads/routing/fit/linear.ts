/** Small least-squares problems: a handful of unknowns. */

/** Solves A x = b by elimination with pivoting; undefined where A is singular. */
export function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] | undefined {
  const n = b.length;
  const m = a.map((row, i) => [...row, b[i]]);
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(m[r][c]) > Math.abs(m[pivot][c])) pivot = r;
    if (Math.abs(m[pivot][c]) < 1e-12) return undefined;
    [m[c], m[pivot]] = [m[pivot], m[c]];
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const factor = m[r][c] / m[c][c];
      for (let j = c; j <= n; j++) m[r][j] -= factor * m[c][j];
    }
  }
  return m.map((row, i) => row[n] / row[i]);
}

/**
 * Least squares Σ w (y - Σ x_j basis_j)² with every x_j at least 0 and Σ x_j at most `limit`, exactly: of all sets of
 * free unknowns, with and without the limit reached, the feasible solution of least error (at most 2^7 small systems).
 */
export function nonnegativeLeastSquares(
  basis: readonly ArrayLike<number>[],
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  limit: number,
): number[] {
  const n = basis.length;
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let total = 0;
    for (let i = 0; i < values.length; i++) total += weights[i] * a[i] * b[i];
    return total;
  };
  const gram = basis.map((a) => basis.map((b) => dot(a, b)));
  const right = basis.map((a) => dot(a, values));
  const errorOf = (x: number[]) =>
    x.reduce((sum, xi, i) => sum + xi * (x.reduce((s, xj, j) => s + gram[i][j] * xj, 0) - 2 * right[i]), 0);
  let best = new Array<number>(n).fill(0);
  let least = 0;
  for (let set = 1; set < 1 << n; set++) {
    const free = [...Array(n).keys()].filter((j) => set & (1 << j));
    for (const bound of [false, true]) {
      const rows = free.map((i) => [...free.map((j) => gram[i][j]), ...(bound ? [1] : [])]);
      if (bound) rows.push([...free.map(() => 1), 0]);
      const found = solve(rows, [...free.map((i) => right[i]), ...(bound ? [limit] : [])]);
      if (!found) continue;
      const x = new Array<number>(n).fill(0);
      free.forEach((j, i) => {
        x[j] = found[i];
      });
      if (x.some((xi) => xi < 0) || x.reduce((a, b) => a + b, 0) > limit + 1e-9) continue;
      const error = errorOf(x);
      if (error < least) [best, least] = [x, error];
    }
  }
  return best;
}
