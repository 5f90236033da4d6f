//! Text joined from pieces without the standard library's formatting, which adds several KB to the
//! download as soon as anything uses it.

/// A piece that [`text!`] and [`add!`] can join into a text.
pub trait Append {
    /// Appends the piece to a text.
    fn append_to(&self, out: &mut String);
}

/// Joins pieces into a new text: `text!["item ", number, ": ", error]`.
macro_rules! text {
    ($($piece:expr),+ $(,)?) => {{
        let mut out = String::new();
        $crate::text::add!(&mut out, $($piece),+);
        out
    }};
}
pub(crate) use text;

/// Appends pieces to a text: `add!(text, "item ", number)`.
macro_rules! add {
    ($out:expr, $($piece:expr),+ $(,)?) => {{
        let out: &mut String = $out;
        $($crate::text::Append::append_to(&$piece, out);)+
    }};
}
pub(crate) use add;

/// Implements [`std::fmt::Display`] for a type by its [`Append`].
macro_rules! display_by_append {
    ($type:ty) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::text::text![self])
            }
        }
    };
}
pub(crate) use display_by_append;

/// A number in decimal, padded with zeros to at least this many digits.
pub struct Padded(pub u64, pub usize);

/// The last digits of a number in lower-case hexadecimal; the second field is their count.
pub struct Hex(pub u32, pub u32);

impl Append for Padded {
    fn append_to(&self, out: &mut String) {
        let Self(mut rest, least) = *self;
        // The largest number has 20 digits.
        let mut digits = Vec::with_capacity(20);
        while rest > 0 || digits.len() < least.max(1) {
            digits.push(b'0' + (rest % 10) as u8);
            rest /= 10;
        }
        out.extend(digits.iter().rev().map(|digit| char::from(*digit)));
    }
}

impl Append for Hex {
    fn append_to(&self, out: &mut String) {
        let digit = |place: u32| char::from_digit(self.0 >> (4 * place) & 15, 16);
        out.extend((0..self.1).rev().filter_map(digit));
    }
}

impl Append for u64 {
    fn append_to(&self, out: &mut String) {
        Padded(*self, 1).append_to(out);
    }
}

impl Append for u32 {
    fn append_to(&self, out: &mut String) {
        u64::from(*self).append_to(out);
    }
}

impl Append for u16 {
    fn append_to(&self, out: &mut String) {
        u64::from(*self).append_to(out);
    }
}

impl Append for u8 {
    fn append_to(&self, out: &mut String) {
        u64::from(*self).append_to(out);
    }
}

impl Append for usize {
    fn append_to(&self, out: &mut String) {
        (*self as u64).append_to(out);
    }
}

impl Append for i64 {
    fn append_to(&self, out: &mut String) {
        if *self < 0 {
            out.push('-');
        }
        self.unsigned_abs().append_to(out);
    }
}

impl Append for char {
    fn append_to(&self, out: &mut String) {
        out.push(*self);
    }
}

impl Append for str {
    fn append_to(&self, out: &mut String) {
        out.push_str(self);
    }
}

impl Append for String {
    fn append_to(&self, out: &mut String) {
        out.push_str(self);
    }
}

impl<T: Append + ?Sized> Append for &T {
    fn append_to(&self, out: &mut String) {
        (**self).append_to(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_read_as_format_would_write_them() {
        for number in [0, 7, 10, 999, 1_000, u64::MAX] {
            assert_eq!(text![number], format!("{number}"));
            assert_eq!(text![Padded(number, 3)], format!("{number:03}"));
        }
        for number in [0, 0xCBF4_3926, u32::MAX] {
            assert_eq!(text![Hex(number, 8)], format!("{number:08x}"));
        }
        assert_eq!(text![Hex(0x1F, 4)], "001f");
        for number in [i64::MIN, -1, 0, 5] {
            assert_eq!(text![number], format!("{number}"));
        }
        assert_eq!(text!["a", 1_usize, 'é', String::from("b"), &"c"], "a1ébc");
    }
}
