/**
 * The data of a write: the drive asks for it, the host's memory is read, the data crosses the link; `acknowledgeTime` later
 * the completion goes to the host.
 */
import type { HandlerId, Picoseconds, Simulation } from '../../sim/index.ts';
import type { Commands } from '../commands.ts';
import type { ControllerOptions } from '../nvme/controller.ts';
import type { TlpLink } from '../nvme/tlp-link.ts';

export class WriteTransfer {
  readonly #upstream: TlpLink;
  readonly #requestTime: Picoseconds;
  readonly #asked: HandlerId;

  /**
   * @param upstream drive to host
   * @param completionTime of the messages that complete a command
   * @param received called as received(command, 0) when the data is in the drive
   * @param finished called as finished(command, 0) when the completion is with the host
   */
  constructor(
    sim: Simulation,
    { messages, hostReadTime = 0 }: ControllerOptions,
    acknowledgeTime: Picoseconds,
    commands: Commands,
    upstream: TlpLink,
    downstream: TlpLink,
    completionTime: Picoseconds,
    received: HandlerId,
    finished: HandlerId,
  ) {
    this.#upstream = upstream;
    this.#requestTime = upstream.messageTime(messages.fetchRequest);
    const acknowledged = sim.register((command) => upstream.send(0, completionTime, finished, command));
    const arrived = sim.register((command) => {
      sim.after(acknowledgeTime, acknowledged, command);
      sim.call(received, command, 0);
    });
    const sent = sim.register((command) => downstream.send(commands.bytesOf(command), 0, arrived, command));
    this.#asked = sim.register((command) => sim.after(hostReadTime, sent, command));
  }

  /** Asks for a command's data now. */
  begin(command: number): void {
    this.#upstream.send(0, this.#requestTime, this.#asked, command);
  }
}
