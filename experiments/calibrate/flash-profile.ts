/**
 * A drive fitted at `flash` fidelity: the profile that the fit began from, with the fitted figures of its flash section, and
 * the claims on small reads as the fitted drive does them. A `queue` section is of the old figures and left out.
 */
import { type Document, isMap, parseDocument, visit } from 'yaml';
import { claimed, type FittedParameter } from './fit.ts';
import { fittedFlash } from './flash-model.ts';
import { noted, notedFit, notedTail, type ProfileInput } from './profile-notes.ts';

/** @param text of the profile of `device` */
export function flashProfile({ fit, device, to, description }: ProfileInput, text: string): string {
  const { name, flash, readIopsDepth } = device!;
  const { nand, channel, controller, dram } = fittedFlash(flash!, fit.values);
  const from = `fitted by nvmoe calibrate --fidelity flash to ${to}`;
  const found = (parameter: string) => fit.parameters.find((one) => one.name === parameter);
  const document = parseDocument(text);
  withoutComments(document);
  const set = (path: string, value: unknown) => document.setIn(path.split('.'), document.createNode(value));
  const fitted = (value: number, kind: 'time' | 'count' | 'bandwidth', parameter: FittedParameter) =>
    notedFit(value, kind, parameter, from);
  const readTime = found('readTime')!;
  const rate = found('firmwareRate');
  const firmwareFigure = (time: number) =>
    rate
      ? noted(time, 'time', `${from}: cores / firmwareRate, ${rangeText(rate)} IOPS`, rate.known)
      : fitted(time, 'time', found('firmwareTime')!);
  const slowest = `${from}: readTime, and tailScale x what the profile of ${name} adds to it`;
  const fastest = Math.min(...nand.readTimes);
  document.delete('queue');
  set('name', `${name}, calibrated`);
  set('description', `Flash fidelity ${description}`);
  const [one, many] = [1, readIopsDepth].map((depth) => claimed(fit, 'randread', 4096, depth));
  set('readIops', noted(Math.round(many.iops), 'iops', `${from}: 4 KiB at depth ${readIopsDepth}`));
  set('readLatency', noted(Math.round(one.mean * 1e12), 'time', `${from}: 4 KiB at depth 1`));
  set(
    'flash.nand.readTimes',
    nand.readTimes.map((time) =>
      time === fastest
        ? fitted(time, 'time', readTime)
        : noted(time, 'time', slowest, found('tailScale')?.known),
    ),
  );
  if (nand.readTail.length > 0) set('flash.nand.readTail', notedTail(nand.readTail, slowest));
  if (nand.partialRead)
    set(
      'flash.nand.partialRead.readTimes',
      nand.partialRead.readTimes.map((time) => noted(time, 'time', `${from}: in proportion to readTime`)),
    );
  if (!isMap(document.getIn(['flash', 'controller']))) set('flash.controller', {});
  const written = document.toJS().flash.controller.classes as { read: unknown }[] | undefined;
  set(
    'flash.controller.classes',
    controller.classes.map(({ upTo, read, write }, i) => ({
      ...(written?.[i] ?? {
        upTo: noted(upTo, 'bytes', from),
        write: noted(write, 'time', `${from}: as a read`, false),
      }),
      read: firmwareFigure(read),
    })),
  );
  const cores = found('firmwareCores');
  if (cores) set('flash.controller.cores', fitted(controller.cores, 'count', cores));
  const channelRate = found('channelRate');
  if (channelRate) set('flash.channel.rate', fitted(channel.rate, 'bandwidth', channelRate));
  const dramRate = found('dramRate');
  if (dram && dramRate) set('flash.dram.rate', fitted(dram.rate, 'bandwidth', dramRate));
  return document.toString({ lineWidth: 0 });
}

/** Comments speak of the figures that were there before. */
function withoutComments(document: Document): void {
  visit(document, {
    Node: (_, node) => {
      node.commentBefore = undefined;
      node.comment = undefined;
    },
  });
  document.commentBefore = null;
  document.comment = null;
}

const rangeText = ({ interval }: FittedParameter) =>
  `95 % interval ${Math.round(interval[0])} to ${Math.round(interval[1])}`;
