//! Text put together from pieces, without the standard library's formatting: once anything uses
//! that, several KB of it have to be downloaded.

/// Something that a text can be put together from by [`text!`].
pub trait Append {
    /// Appends it.
    fn append_to(&self, whole: &mut String);
}

/// The text of all pieces, one after the other, as `text!["item ", number, ": ", error]`.
macro_rules! text {
    ($($piece:expr),+ $(,)?) => {{
        let mut whole = String::new();
        $crate::text::add!(&mut whole, $($piece),+);
        whole
    }};
}
pub(crate) use text;

/// Appends all pieces to a text, as `add!(text, "item ", number)`.
macro_rules! add {
    ($whole:expr, $($piece:expr),+ $(,)?) => {{
        let whole: &mut String = $whole;
        $($crate::text::Append::append_to(&$piece, whole);)+
    }};
}
pub(crate) use add;

/// A type's [`std::fmt::Display`] is what it is as a [`Append`].
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

/// A number in decimal digits, with zeros before it up to a least number of digits.
pub struct Padded(pub u64, pub usize);

/// The last digits of a number in hexadecimal, as many as asked for.
pub struct Hex(pub u32, pub u32);

impl Append for Padded {
    fn append_to(&self, whole: &mut String) {
        let Self(mut left, least) = *self;
        // The largest number has 20 digits.
        let mut digits = Vec::with_capacity(20);
        while left > 0 || digits.len() < least.max(1) {
            digits.push(b'0' + (left % 10) as u8);
            left /= 10;
        }
        whole.extend(digits.iter().rev().map(|digit| char::from(*digit)));
    }
}

impl Append for Hex {
    fn append_to(&self, whole: &mut String) {
        let digit = |place: u32| char::from_digit(self.0 >> (4 * place) & 15, 16);
        whole.extend((0..self.1).rev().filter_map(digit));
    }
}

impl Append for u64 {
    fn append_to(&self, whole: &mut String) {
        Padded(*self, 1).append_to(whole);
    }
}

impl Append for u32 {
    fn append_to(&self, whole: &mut String) {
        u64::from(*self).append_to(whole);
    }
}

impl Append for u16 {
    fn append_to(&self, whole: &mut String) {
        u64::from(*self).append_to(whole);
    }
}

impl Append for u8 {
    fn append_to(&self, whole: &mut String) {
        u64::from(*self).append_to(whole);
    }
}

impl Append for usize {
    fn append_to(&self, whole: &mut String) {
        (*self as u64).append_to(whole);
    }
}

impl Append for i64 {
    fn append_to(&self, whole: &mut String) {
        if *self < 0 {
            whole.push('-');
        }
        self.unsigned_abs().append_to(whole);
    }
}

impl Append for char {
    fn append_to(&self, whole: &mut String) {
        whole.push(*self);
    }
}

impl Append for str {
    fn append_to(&self, whole: &mut String) {
        whole.push_str(self);
    }
}

impl Append for String {
    fn append_to(&self, whole: &mut String) {
        whole.push_str(self);
    }
}

impl<T: Append + ?Sized> Append for &T {
    fn append_to(&self, whole: &mut String) {
        (**self).append_to(whole);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_read_as_they_would_by_format() {
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
