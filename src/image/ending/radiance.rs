//! The end of a Radiance HDR, whose rows have no lengths: the runs of each are counted.

use super::{EndFinder, Step};
use crate::image::header::resolution;

/// How far the reading is.
#[derive(Debug, Default)]
pub struct Radiance {
    state: State,
    /// The line that says the size, as far as it has been read.
    line: Vec<u8>,
    /// The rows that are still to be read, and the pixels of each.
    rows: u64,
    width: u64,
    /// What the current row lacks: pixels, or the values of one channel after the other.
    missing: u64,
    /// The bytes of the current pixel.
    pixel: [u8; 4],
    filled: usize,
    /// By how many bits the next repetition of a pixel counts more.
    shift: u32,
}

/// What the next byte is.
#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// Of a line of the header that is not empty, and its first.
    #[default]
    Header,
    Line,
    Size,
    /// Of a pixel, which may instead say that its row is made of runs.
    RowStart,
    Pixel,
    Run,
    RunValue,
    Literal(u8),
    End,
    Lost,
}

/// The rows that may be made of runs.
const RUN_WIDTHS: std::ops::Range<u64> = 8..0x8000;

impl EndFinder {
    pub(super) fn scan_radiance(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.radiance.push(*byte);
            match self.radiance.state {
                State::End => return self.go(Step::End, 0),
                State::Lost => return self.lose(),
                _ => {}
            }
        }
    }
}

impl Radiance {
    /// Whether the size is known, so that an end can be.
    pub fn has_size(&self) -> bool {
        self.width > 0
    }

    fn push(&mut self, byte: u8) {
        /// More than two numbers of ten digits and their axes.
        const LONGEST_LINE: usize = 64;
        match self.state {
            State::Header if byte == b'\n' => self.state = State::Line,
            State::Header => {}
            State::Line if byte == b'\n' => self.state = State::Size,
            State::Line => self.state = State::Header,
            State::Size if byte == b'\n' => match resolution(&self.line) {
                Some((_, rows, width)) if rows > 0 && width > 0 => {
                    (self.rows, self.width) = (rows, width);
                    self.begin_row();
                }
                _ => self.state = State::Lost,
            },
            State::Size if self.line.len() == LONGEST_LINE => self.state = State::Lost,
            State::Size => self.line.push(byte),
            State::RowStart | State::Pixel => self.push_pixel(byte),
            State::Run => match byte {
                0 => self.state = State::Lost,
                1..=128 => self.state = State::Literal(byte),
                _ => {
                    self.state = State::RunValue;
                    self.count(u64::from(byte & 0x7F));
                }
            },
            State::RunValue => self.end_run(),
            State::Literal(left) => {
                self.count(1);
                match left {
                    _ if self.state == State::Lost => {}
                    1 => self.end_run(),
                    _ => self.state = State::Literal(left - 1),
                }
            }
            State::End | State::Lost => {}
        }
    }

    fn begin_row(&mut self) {
        (self.missing, self.filled, self.shift) = (self.width, 0, 0);
        self.state = if self.rows == 0 { State::End } else { State::RowStart };
        self.rows = self.rows.saturating_sub(1);
    }

    /// A pixel as it is, or how often the one before is repeated.
    fn push_pixel(&mut self, byte: u8) {
        self.pixel[self.filled] = byte;
        self.filled += 1;
        if self.filled < self.pixel.len() {
            return;
        }
        self.filled = 0;
        let is_first = self.state == State::RowStart;
        self.state = State::Pixel;
        match self.pixel {
            [2, 2, high @ 0..128, low] if is_first && RUN_WIDTHS.contains(&self.width) => {
                let is_width = u64::from(high) << 8 | u64::from(low) == self.width;
                self.missing = 4 * self.width;
                self.state = if is_width { State::Run } else { State::Lost };
                return;
            }
            [1, 1, 1, count] => {
                self.count(u64::from(count) << self.shift.min(32));
                self.shift = self.shift.saturating_add(8);
            }
            _ => {
                self.count(1);
                self.shift = 0;
            }
        }
        if self.missing == 0 && self.state != State::Lost {
            self.begin_row();
        }
    }

    fn end_run(&mut self) {
        match self.missing {
            0 => self.begin_row(),
            _ => self.state = State::Run,
        }
    }

    fn count(&mut self, values: u64) {
        match self.missing.checked_sub(values) {
            Some(missing) => self.missing = missing,
            None => self.state = State::Lost,
        }
    }
}
