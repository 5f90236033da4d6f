//! When two names are one file.

use crate::plan::WebText;

/// A text that is the same for two names which some file system takes for one: NTFS, APFS and others
/// ignore case, and some ignore normalisation.
///
/// Lower, upper and lower case in turn, and then normalisation, fold at least what Unicode's case folding does: `ς`
/// and `σ`, `ß`, `ẞ` and `ss`, `ﬁ` and `fi`. Upper and then
/// lower case would leave `ẞ` apart.
pub fn folded(name: &str, web: &impl WebText) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    web.nfc(&web.lower_case(&web.upper_case(&web.lower_case(name))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::NativeText;

    fn fold(name: &str) -> String {
        folded(name, &NativeText)
    }

    #[test]
    fn a_character_and_its_other_cases_are_folded_to_one() {
        let mut cased = 0;
        for c in '\0'..=char::MAX {
            let (lower, upper) = (c.to_lowercase(), c.to_uppercase());
            if lower.clone().eq([c]) && upper.clone().eq([c]) {
                continue;
            }
            cased += 1;
            let own = fold(&c.to_string());
            for other in [lower.to_string(), upper.to_string(), own.clone()] {
                assert_eq!(fold(&other), own, "{c:?} and {other:?}");
            }
        }
        assert!(cased > 2500, "{cased}");
    }

    #[test]
    fn names_that_file_systems_take_for_one_are_folded_to_one() {
        let same = [
            &["ΜΑΣ.jpg", "μας.jpg", "μασ.jpg", "Μας.JPG"][..],
            &["Straße", "STRASSE", "STRAẞE", "straſſe"],
            &["\u{212a}elvin", "kelvin"],
            &["ﬁsh", "FISH", "fish"],
            &["ﬀ", "ﬀ", "ff"],
            &["İ", "i\u{307}", "I\u{307}"],
            &["Ωmega", "ωmega", "\u{2126}mega"],
            &["\u{b5}m", "μm", "Μm"],
            &["ŉ", "ʼn"],
            &["ᾼ", "ᾳ", "αι", "ΑΙ"],
            &["ᏸ", "Ᏸ"],
            &["é", "É", "e\u{301}", "E\u{301}"],
            &["ΐ", "Ϊ\u{301}", "ι\u{308}\u{301}"],
        ];
        for names in same {
            let names: Vec<_> = names.iter().map(|name| NativeText.nfc(name)).collect();
            assert!(names.iter().all(|name| fold(name) == fold(&names[0])), "{names:?}");
        }
        for (one, other) in [("a", "b"), ("ß", "s"), ("а", "a"), ("کتاب\u{200c}ها", "کتابها")] {
            assert_ne!(fold(one), fold(other));
        }
    }
}
