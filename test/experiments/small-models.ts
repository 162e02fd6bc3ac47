/** Models small enough for page-level runs in tests, as files beside the experiment that names them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadExperiments, type Result, runExperiment } from '../../experiments/index.ts';
import { temporaryFolder } from './experiment-text.ts';

const attention = 'attention: {full: {kind: gqa, heads: 8, kvHeads: 2, headDim: 64}}';

/** F16: 8 layers of 4.7 MB, head and embedding of 2.1 MB each: 42 MB. */
const DENSE = `name: small-dense
source: made for the tests
layers: 8
hidden: 512
vocabulary: 2048
denseWidth: 1152
${attention}
`;

/** F16: 4 layers of 32 experts of 1.2 MB each, 4 a token; trunk of 2 layers x 1.3 MB and 4.2 MB. */
const MOE = `name: small-moe
source: made for the tests
layers: 4
hidden: 512
vocabulary: 2048
experts: {count: 32, topK: 4, width: 384}
${attention}
`;

export const smallModels = { dense: DENSE, moe: MOE };

/** Runs `text` with the model beside it; `model:` may name dense.yaml or moe.yaml. */
export async function runSmall(text: string, ...settings: string[]): Promise<Result> {
  const folder = temporaryFolder();
  for (const [name, model] of Object.entries(smallModels)) writeFileSync(join(folder, `${name}.yaml`), model);
  writeFileSync(join(folder, 'experiment.yaml'), text);
  const { points } = await loadExperiments(join(folder, 'experiment.yaml'), settings);
  return runExperiment(points[0].experiment);
}
