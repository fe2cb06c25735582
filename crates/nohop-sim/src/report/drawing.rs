use std::fmt::Write;

use super::table::{dollars, time};
use crate::{Report, Slice};

/// The reports over time, as a picture in SVG: for each, who got the calls, how many requests were answered, how long
/// the first content took, and what was paid.
pub fn svg<'a>(reports: impl IntoIterator<Item = &'a Report>) -> String {
    let reports: Vec<_> = reports.into_iter().collect();
    let height = reports.len() as f64 * ROW + 20.0;
    let mut out = String::new();
    // Writing to a string can not fail.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0} {height:.0}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        COLUMN * 4.0 + 20.0
    );
    for (place, report) in reports.iter().enumerate() {
        let _ = row(&mut out, report, 10.0 + place as f64 * ROW);
    }
    out + "</svg>\n"
}

const ROW: f64 = 150.0;
const COLUMN: f64 = 300.0;
const WIDTH: f64 = 280.0;
const HEIGHT: f64 = 90.0;
const COLOURS: [&str; 6] = ["#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#a463f2", "#97bbf5"];

fn row(out: &mut String, report: &Report, top: f64) -> std::fmt::Result {
    let cost: f64 =
        report.slices.iter().map(|slice| slice.cost.as_atto() as f64).fold(0.0, f64::max);
    let content =
        report.slices.iter().map(|slice| slice.content.p99.as_secs_f64()).fold(0.0, f64::max);
    let title = escaped(&report.policy);
    writeln!(out, "<text x=\"10\" y=\"{:.0}\" font-weight=\"bold\">{title}</text>", top + 12.0)?;
    let top = top + 34.0;
    shares(out, report, 10.0, top)?;
    let answered = report.slices.iter().map(|slice| match slice.requests {
        0 => 1.0,
        requests => slice.answered as f64 / requests as f64,
    });
    let label = format!("answered: {:.3} %", 100.0 * report.availability());
    curve(out, (10.0 + COLUMN, top), &label, COLOURS[0], answered)?;
    let seconds = |of: fn(&crate::Sizes) -> std::time::Duration| {
        report.slices.iter().map(move |slice| of(&slice.content).as_secs_f64() / content.max(1e-9))
    };
    let label = format!(
        "first content: p50 {}, p99 {}",
        time(report.content.p50),
        time(report.content.p99)
    );
    curve(out, (10.0 + 2.0 * COLUMN, top), &label, COLOURS[2], seconds(|content| content.p99))?;
    curve(out, (10.0 + 2.0 * COLUMN, top), "", COLOURS[0], seconds(|content| content.p50))?;
    let paid = report.slices.iter().map(|slice| slice.cost.as_atto() as f64 / cost.max(1.0));
    let label = format!("paid: {}", dollars(report.cost));
    curve(out, (10.0 + 3.0 * COLUMN, top), &label, COLOURS[1], paid)
}

/// Who got the calls: those who got the most, one upon the other, and the others above them.
fn shares(out: &mut String, report: &Report, left: f64, top: f64) -> std::fmt::Result {
    let mut most = vec![0_u64; report.providers.len()];
    for (provider, calls) in report.slices.iter().flat_map(|slice| &slice.shares) {
        most[*provider] += calls;
    }
    let mut places: Vec<_> = (0..most.len()).filter(|place| most[*place] > 0).collect();
    places.sort_by_key(|place| std::cmp::Reverse(most[*place]));
    places.truncate(COLOURS.len());
    let names =
        places.iter().map(|place| &*report.providers[*place]).collect::<Vec<_>>().join(", ");
    let label = escaped(&format!("calls to {names} and others"));
    writeln!(out, "<text x=\"{left}\" y=\"{:.0}\">{label}</text>", top - 5.0)?;
    writeln!(
        out,
        "<rect x=\"{left}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#e3e3e3\"/>"
    )?;
    // The last and whatever is below it first, so that those below are drawn upon it.
    for count in (1..=places.len()).rev() {
        let part = |slice: &Slice| {
            let calls = places[..count].iter().filter_map(|place| slice.shares.get(place));
            calls.sum::<u64>() as f64 / slice.calls.max(1) as f64
        };
        let colour = COLOURS[count - 1];
        write!(out, "<polygon fill=\"{colour}\" points=\"{left},{:.0} ", top + HEIGHT)?;
        points(out, (left, top), report.slices.iter().map(part))?;
        writeln!(out, "{:.0},{:.0}\"/>", left + WIDTH, top + HEIGHT)?;
    }
    Ok(())
}

/// A line through parts of one, in a frame with a label.
fn curve(
    out: &mut String,
    (left, top): (f64, f64),
    label: &str,
    colour: &str,
    parts: impl ExactSizeIterator<Item = f64>,
) -> std::fmt::Result {
    writeln!(out, "<text x=\"{left}\" y=\"{:.0}\">{}</text>", top - 5.0, escaped(label))?;
    writeln!(
        out,
        "<rect x=\"{left}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"none\" stroke=\"#bbb\"/>"
    )?;
    write!(out, "<polyline fill=\"none\" stroke=\"{colour}\" points=\"")?;
    points(out, (left, top), parts)?;
    writeln!(out, "\"/>")
}

/// Where a line goes through parts of one, from edge to edge.
fn points(
    out: &mut String,
    (left, top): (f64, f64),
    parts: impl ExactSizeIterator<Item = f64>,
) -> std::fmt::Result {
    let step = WIDTH / (parts.len().max(2) - 1) as f64;
    for (place, part) in parts.enumerate() {
        write!(out, "{:.1},{:.1} ", left + step * place as f64, top + HEIGHT * (1.0 - part))?;
    }
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_has_of_markup_is_written_as_text() {
        assert_eq!(escaped("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
    }

    #[test]
    fn a_line_goes_from_edge_to_edge() {
        let mut out = String::new();
        points(&mut out, (10.0, 20.0), [0.0, 1.0].into_iter()).unwrap();
        assert_eq!(out, format!("10.0,{:.1} {:.1},20.0 ", 20.0 + HEIGHT, 10.0 + WIDTH));
    }
}
