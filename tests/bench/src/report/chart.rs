//! A bar chart of wall times as ratios to the floor: one group per workload, one bar per contender.

use std::fmt::Write;

use bench_options::{Contender, Named};

use super::Report;
use super::figures::Figures;
use crate::rounds::Measured;

/// Lengths in units of the drawing, which scales.
const WIDTH: f64 = 760.0;
const LABELS: f64 = 96.0;
const VALUES: f64 = 64.0;
const BAR: f64 = 14.0;
const ROW: f64 = 19.0;
const HEADING: f64 = 30.0;
const MARGIN: f64 = 14.0;
const LEGEND: f64 = 24.0;

/// The contenders of the chart, fetchzip first.
const SHOWN: [Contender; 5] =
    [Contender::Fetchzip, Contender::ClientZip, Contender::Fflate, Contender::Jszip, Contender::ZipJs];

/// For light and dark pages; the page that shows the image decides.
const STYLE: &str = "\
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.heading { font-weight: 600 }
.quiet { fill: #59636e }
.bar { fill: #8c959f }
.ours { fill: #0969da }
.floor { stroke: #59636e; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .quiet { fill: #9198a1 }
  .bar { fill: #656c76 }
  .ours { fill: #4493f8 }
  .floor { stroke: #9198a1 }
}";

/// Bars of one workload.
#[derive(Clone, Debug, PartialEq)]
struct Group {
    title: String,
    /// Names and ratios to the floor; `None` for a contender that failed.
    bars: Vec<(&'static str, Option<f64>)>,
}

/// `chart.svg`.
pub fn of(report: &Report) -> String {
    let groups = report.browsers.iter().flat_map(|browser| {
        browser.workloads.iter().filter_map(|measured| group(&browser.version, measured))
    });
    draw(&groups.collect::<Vec<_>>())
}

/// The bars of one workload; `None` if there is no floor to compare with.
fn group(browser: &str, measured: &Measured) -> Option<Group> {
    let figures = Figures::of(measured);
    figures.record(Contender::Floor)?;
    let took_part = SHOWN.into_iter().filter(|contender| figures.record(*contender).is_some());
    let bars = took_part.map(|contender| (contender.name(), figures.over_floor(contender))).collect();
    Some(Group { title: format!("{} · {browser}", measured.workload.title()), bars })
}

fn draw(groups: &[Group]) -> String {
    let most =
        groups.iter().flat_map(|group| &group.bars).filter_map(|(_, ratio)| *ratio).fold(1.0, f64::max);
    let scale = (WIDTH - LABELS - VALUES - 2.0 * MARGIN) / most;
    let height = height(groups);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>Time until the archive is ready, as a ratio to plain fetching</title>\n\
         <style>\n{STYLE}\n</style>\n"
    );
    let mut y = MARGIN;
    let left = MARGIN + LABELS;
    for group in groups {
        text(&mut svg, MARGIN, y + 16.0, "heading", &group.title);
        y += HEADING;
        let top = y;
        for (name, ratio) in &group.bars {
            let baseline = y + BAR - 3.0;
            text(&mut svg, MARGIN, baseline, "", name);
            let class = if *name == Contender::Fetchzip.name() { "bar ours" } else { "bar" };
            let width = ratio.unwrap_or(0.0) * scale;
            if width > 0.0 {
                let _ = writeln!(
                    svg,
                    "<rect class=\"{class}\" x=\"{left}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR}\" rx=\"2\"/>"
                );
            }
            let value = ratio.map_or_else(|| "failed".to_owned(), |ratio| format!("{ratio:.2} ×"));
            text(&mut svg, left + width + 6.0, baseline, "quiet", &value);
            y += ROW;
        }
        let floor = left + scale;
        let _ = writeln!(
            svg,
            "<line class=\"floor\" x1=\"{floor:.1}\" x2=\"{floor:.1}\" y1=\"{}\" y2=\"{}\"/>",
            top - 3.0,
            y - 2.0
        );
    }
    text(
        &mut svg,
        MARGIN,
        y + LEGEND - 6.0,
        "quiet",
        "Time until the archive is ready. Dashed: fetching the same files and zipping nothing. Less is better.",
    );
    svg + "</svg>\n"
}

fn height(groups: &[Group]) -> f64 {
    let of_group = |group: &Group| HEADING + ROW * group.bars.len() as f64;
    2.0 * MARGIN + LEGEND + groups.iter().map(of_group).sum::<f64>()
}

fn text(svg: &mut String, x: f64, y: f64, class: &str, content: &str) {
    let content = content.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(svg, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{content}</text>");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(svg: &str) -> Vec<f64> {
        let bars = svg.lines().filter(|line| line.starts_with("<rect"));
        let width = |line: &str| line.split("width=\"").nth(1)?.split('"').next()?.parse().ok();
        bars.filter_map(width).collect()
    }

    #[test]
    fn bars_are_proportional_to_their_ratios_and_fit() {
        let groups = [
            Group { title: "a".to_owned(), bars: vec![("fetchzip", Some(1.2)), ("jszip", Some(4.8))] },
            Group { title: "b".to_owned(), bars: vec![("fetchzip", Some(2.4)), ("fflate", None)] },
        ];
        let svg = draw(&groups);
        let widths = widths(&svg);
        assert_eq!(widths.len(), 3, "a contender that failed has no bar");
        assert!((widths[1] / widths[0] - 4.0).abs() < 0.01 && (widths[2] / widths[0] - 2.0).abs() < 0.01);
        let longest = widths.iter().copied().fold(0.0, f64::max);
        assert!(longest + LABELS + VALUES + 2.0 * MARGIN <= WIDTH + 0.1);
        assert!(svg.contains(">failed<") && svg.contains("4.80 ×"));
    }

    #[test]
    fn the_drawing_is_as_high_as_its_rows() {
        let group = Group { title: "a".to_owned(), bars: vec![("fetchzip", Some(1.0)); 3] };
        let one = height(std::slice::from_ref(&group));
        assert_eq!(height(&[group.clone(), group]) - one, HEADING + 3.0 * ROW);
    }

    #[test]
    fn names_from_outside_are_escaped() {
        let group = Group { title: "<script> & co".to_owned(), bars: Vec::new() };
        assert!(draw(&[group]).contains("&lt;script> &amp; co"));
    }
}
