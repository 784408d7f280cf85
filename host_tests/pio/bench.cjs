// An RP2040 on a bench, run cycle by cycle. Called by emulator.py: one JSON object per line in, one per line out.
//
// Only the PIO, its pins, the ADC and the DMA are used; no processor runs. Two things differ from the chip, on purpose:
// the emulator's own pio.step() also steps state machines that are switched off, and its ADC forgets the channel in
// round-robin mode (both seen in version 1.4.1), so both are done here.
"use strict";

const readline = require("readline");
const { RP2040 } = require("rp2040js");

const PIO0_BASE = 0x50200000;
const INSTR_MEM0 = 0x48;
const SM_REGISTERS = 0xc8; // of state machine 0; the next one is 0x18 further on
const SM_STRIDE = 0x18;
const IO_BANK0_BASE = 0x40014000;
const PADS_BANK0_BASE = 0x4001c000;
const FUNCTION_PIO0 = 6;
const PAD_INPUT_ENABLE = 1 << 6;
const ADC_BASE = 0x4004c000;
const CHANNELS = 5;

let mcu = null;
let cycle = 0;
let watched = []; // output pins
let levels = [];
let voltages = []; // per channel: raw values in turn
let turns = [];

function reset() {
  mcu = new RP2040();
  mcu.logger = { debug() {}, info() {}, warn() {}, error(who, text) { throw new Error(`${who}: ${text}`); } };
  cycle = 0;
  watched = [];
  levels = [];
  return {};
}

// What rp2.StateMachine() does: load with jumps moved, configure, pins low, pins out, hand the pins to the PIO.
function startMachine({ index, words, offset, wrap, coil, tone, trip }) {
  const pio = mcu.pio[0];
  words.forEach((word, at) => {
    const isJump = (word & 0xe000) === 0;
    mcu.writeUint32(PIO0_BASE + INSTR_MEM0 + 4 * (offset + at), isJump ? word + offset : word);
  });
  const registers = PIO0_BASE + SM_REGISTERS + SM_STRIDE * index;
  const [top, bottom] = wrap.map((at) => at + offset);
  mcu.writeUint32(registers + 0x04, (trip << 24) | (top << 12) | (bottom << 7)); // EXECCTRL
  mcu.writeUint32(registers + 0x14, (1 << 26) | (coil << 5) | (1 << 29) | (tone << 10)); // PINCTRL
  for (const [at, pin] of [[registers, coil], [registers, tone]]) {
    pio.pinValuesChanged(0, pin, 1);
    pio.pinDirectionsChanged(1, pin, 1);
    mcu.writeUint32(IO_BANK0_BASE + 8 * pin + 4, FUNCTION_PIO0);
  }
  mcu.writeUint32(PADS_BANK0_BASE + 4 + 4 * trip, PAD_INPUT_ENABLE);
  pio.machines[index].pc = offset;
  pio.machines[index].enabled = true;
  pio.stopped = false;
  for (const pin of [coil, tone]) {
    watched.push(pin);
    levels.push(0);
  }
  return {};
}

function levelOf(pin) {
  const gpio = mcu.gpio[pin];
  return gpio.outputEnable && gpio.outputValue ? 1 : 0;
}

// Run so many cycles of the state machines. Every edge comes back as [cycle, pin, level].
function run({ cycles }) {
  const pio = mcu.pio[0];
  const machines = pio.machines.filter((machine) => machine.enabled);
  const edges = [];
  for (let left = cycles; left > 0; left--) {
    for (const machine of machines) {
      machine.step();
    }
    pio.checkChangedPins();
    cycle++;
    for (let at = 0; at < watched.length; at++) {
      const level = levelOf(watched[at]);
      if (level !== levels[at]) {
        levels[at] = level;
        edges.push([cycle, watched[at], level]);
      }
    }
  }
  return { cycle, edges };
}

function stopMachine({ index }) {
  mcu.pio[0].machines[index].enabled = false;
  return {};
}

// The ADC's input: for each channel the raw values it gives in turn. Time passes with `tick` only.
function applyVoltages({ values }) {
  voltages = values;
  turns = new Array(CHANNELS).fill(0);
  const { adc } = mcu;
  let channel = null;
  let raw = 0;
  const done = mcu.clock.createAlarm(() => adc.completeADCRead(raw, false));
  const writeRegister = adc.writeUint32.bind(adc);
  adc.writeUint32 = (offset, value) => {
    if (offset === 0) { // CS: AINSEL is the next channel
      channel = null;
    }
    writeRegister(offset, value);
  };
  adc.onADCRead = () => {
    const cs = mcu.readUint32(ADC_BASE);
    const round = (cs >> 16) & 0x1f;
    if (channel === null) {
      channel = (cs >> 12) & 7;
    } else {
      do {
        channel = (channel + 1) % CHANNELS;
      } while (!(round & (1 << channel)));
    }
    const row = voltages[channel];
    raw = row[turns[channel]++ % row.length];
    done.schedule(adc.sampleTime * 1000);
  };
  return {};
}

const OPERATIONS = {
  reset,
  start: startMachine,
  stop: stopMachine,
  run,
  input: ({ pin, level }) => { mcu.gpio[pin].setInputValue(!!level); return {}; },
  read: ({ address }) => ({ value: mcu.readUint32(address) >>> 0 }),
  write: ({ address, value }) => { mcu.writeUint32(address, value); return {}; },
  memory: ({ address, halfwords }) => ({
    values: Array.from({ length: halfwords }, (_, at) => mcu.readUint16(address + 2 * at)),
  }),
  voltages: applyVoltages,
  tick: ({ ns }) => { mcu.clock.tick(ns); return {}; },
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  let answer;
  try {
    const order = JSON.parse(line);
    answer = OPERATIONS[order.op](order);
  } catch (error) {
    answer = { error: String(error && error.stack) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
