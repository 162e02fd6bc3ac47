/** Generators of routing by name or file: a preset of the library for any shape, or a model fitted to a recording. */
import {
  checkRoutingModel,
  presetModel,
  type RoutingModel,
  type RoutingShape,
} from '../../workloads/routing/index.ts';
import { InputError } from '../errors.ts';
import { routingModelSchema, routingPresetSchema } from '../schema/routing.ts';
import { resolveReference } from './library.ts';
import { locateIn, validate } from './validate.ts';
import { readYaml } from './yaml-file.ts';

/**
 * @param fit a name of `nvmoe list routings`, or a path from `folder`
 * @param shape what it is for; absent: what the file says, and a preset is an error
 * @throws InputError
 */
export function readGenerator(
  fit: string,
  folder: string,
  shape?: RoutingShape & { readonly of: string },
): RoutingModel {
  const yaml = readYaml(resolveReference('routings', fit, folder), 'a routing model (YAML or JSON)');
  const locate = locateIn(yaml);
  if ('layers' in yaml.data) {
    const { description: _, ...fitted } = validate(routingModelSchema, yaml.data, locate);
    checkRoutingModel(fitted);
    if (shape) checkSameShape(fitted, shape, `${fit} is`, shape.of);
    return fitted;
  }
  const { description: _, ...preset } = validate(routingPresetSchema, yaml.data, locate);
  if (!shape) throw new InputError(`found ${fit}, which fits any shape; say which one (--model NAME)`);
  return presetModel(preset, shape);
}

const shapeText = ({ layers, topK, experts }: RoutingShape) =>
  `${layers} MoE layers, top-${topK} of ${experts}`;

/** @throws InputError unless the shapes are equal */
export function checkSameShape(found: RoutingShape, wanted: RoutingShape, what: string, model: string): void {
  if (shapeText(found) === shapeText(wanted)) return;
  throw new InputError(`${what} for ${shapeText(found)}; ${model} has ${shapeText(wanted)}`);
}
