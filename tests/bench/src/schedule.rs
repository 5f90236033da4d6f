//! The shortest time that a list of files takes.

/// The time until the last file is done, if each starts on the first free lane, in the given order.
/// Sizes are not known beforehand, so no client could choose a better order.
pub fn length(durations: &[f64], lanes: usize) -> f64 {
    let mut free_at = vec![0.0_f64; lanes.max(1)];
    for duration in durations {
        if let Some(first) = free_at.iter_mut().min_by(|a, b| a.total_cmp(b)) {
            *first += duration;
        }
    }
    free_at.into_iter().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_goes_to_the_lane_that_is_free_first() {
        for (durations, lanes, expected) in [
            (&[3.0, 1.0, 1.0, 1.0][..], 2, 3.0),
            (&[1.0, 1.0, 1.0, 3.0], 2, 4.0),
            (&[1.0, 2.0], 8, 2.0),
            (&[1.0, 2.0], 1, 3.0),
            (&[], 4, 0.0),
        ] {
            assert_eq!(length(durations, lanes), expected, "{durations:?} on {lanes}");
        }
    }
}
