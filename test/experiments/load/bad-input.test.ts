/** Every kind of bad input is one InputError of one paragraph that names the place. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../experiments/errors.ts';
import { loadExperiments } from '../../../experiments/load.ts';
import { BAD_INPUT } from '../bad-input.ts';
import { experimentText, temporaryFolder, writeTemporary } from '../experiment-text.ts';

const failure = async (path: string, settings: readonly string[] = []): Promise<InputError> => {
  const error = await loadExperiments(path, settings).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
};

describe('bad input', () => {
  it.each(BAD_INPUT)('$what', async ({ file, settings, says }) => {
    const path = file === undefined ? join(temporaryFolder(), 'none.yaml') : writeTemporary(file);
    const { message } = await failure(path, settings);
    expect(message.replaceAll(path, 'FILE')).toContain(says);
    expect(message).not.toContain('\n');
    expect(message.length).toBeLessThan(1000);
  });

  it('a directory', async () => {
    const folder = join(temporaryFolder(), 'x.yaml');
    mkdirSync(folder);
    expect((await failure(folder)).message).toContain('it is a directory');
  });

  it('a config.json cut off anywhere, or of the wrong shape', async () => {
    const config = JSON.stringify({ model_type: 'llama', hidden_size: 64, num_hidden_layers: 2 });
    for (let length = 0; length < config.length; length += 7) {
      const path = writeTemporary(config.slice(0, length), 'config.json');
      const experiment = writeTemporary(experimentText({ model: `model: {config: ${path}}` }));
      const { message } = await failure(experiment);
      expect(message).toContain(`${experiment}:2:model.config: `);
      expect(message).not.toContain('\n');
    }
  });
});
