// A video whose H.264 header says 16384×16384. No encoder here makes one, so the header of a wide one is rewritten.
import { made } from './clips.mjs';

/** Bits of an H.264 parameter set (ISO 14496-10 §7.2), as a string of 0 and 1. */
class Bits {
  constructor(bytes) {
    this.text = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    this.at = 0;
  }
  skip(count) {
    this.at += count;
  }
  /** Exp-Golomb, §9.1. Returns the value and where it stands. */
  unsigned() {
    const begin = this.at;
    const zeros = this.text.indexOf('1', begin) - begin;
    this.at += 2 * zeros + 1;
    return { begin, end: this.at, value: parseInt(this.text.slice(begin + zeros, this.at), 2) - 1 };
  }
}

function golomb(value) {
  const bits = (value + 1).toString(2);
  return '0'.repeat(bits.length - 1) + bits;
}

/** The sequence parameter set (baseline) with another height, given in macroblocks. */
function withHeight(parameterSet, macroblocks) {
  const bits = new Bits(parameterSet);
  bits.skip(8 * 4); // NAL head, profile, constraints, level
  bits.unsigned(); // id
  bits.unsigned(); // log2_max_frame_num_minus4
  const order = bits.unsigned().value;
  if (order === 0) bits.unsigned();
  bits.unsigned(); // reference frames
  bits.skip(1);
  bits.unsigned(); // width
  const height = bits.unsigned();
  const text = bits.text.slice(0, height.begin) + golomb(macroblocks - 1) + bits.text.slice(height.end);
  return Buffer.from(text.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

export function hugeFrame() {
  const wide = made('wide.mp4', '-f', 'lavfi', '-i', 'color=gray:s=16384x64:r=1:d=2', '-c:v', 'libx264', '-profile:v', 'baseline',
    '-preset', 'ultrafast', '-threads', '1', '-pix_fmt', 'yuv420p');
  const header = wide.indexOf('avcC') + 4;
  const length = wide.readUInt16BE(header + 6);
  const begin = header + 8;
  const changed = withHeight(wide.subarray(begin, begin + length), 1024);
  const grown = changed.length - length;

  const out = Buffer.concat([wide.subarray(0, begin), changed, wide.subarray(begin + length)]);
  out.writeUInt16BE(changed.length, header + 6);
  out.writeUInt16BE(16384, wide.indexOf('avc1', wide.indexOf('moov')) + 4 + 26); // height in the sample entry
  // The index stands behind the data, so no offset changes; only the boxes around the header grow.
  for (const box of ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd', 'avc1', 'avcC']) {
    const at = wide.indexOf(box, wide.indexOf('moov')) - 4;
    out.writeUInt32BE(out.readUInt32BE(at) + grown, at);
  }
  return out;
}
