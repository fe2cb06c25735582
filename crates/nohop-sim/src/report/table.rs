use std::time::Duration;

use nohop_types::Money;

use crate::Report;

/// The reports side by side, a line for each.
pub fn table<'a>(reports: impl IntoIterator<Item = &'a Report>) -> String {
    let head = [
        "policy",
        "cost",
        "answered",
        "content p50",
        "p99",
        "total p50",
        "p99",
        "calls/request",
        "cached",
        "most to",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(reports.into_iter().map(row));
    let widths: Vec<_> = (0..head.len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default())
        .collect();
    let line = |row: &[String; 10]| {
        let cells =
            row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
                0 | 9 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn row(report: &Report) -> [String; 10] {
    let part = |part: f64| format!("{:.2} %", 100.0 * part);
    let mut names = report.providers.iter().map(|name| (report.share(name), name));
    let first = names.next();
    let most =
        names.fold(first, |most, next| most.map(|most| if next.0 > most.0 { next } else { most }));
    [
        report.policy.clone(),
        dollars(report.cost),
        part(report.availability()),
        time(report.content.p50),
        time(report.content.p99),
        time(report.total.p50),
        time(report.total.p99),
        format!("{:.3}", report.amplification()),
        part(report.cached as f64 / report.prompts.max(1) as f64),
        most.map_or_else(String::new, |(share, name)| format!("{name} ({})", part(share))),
    ]
}

/// Dollars and cents.
pub(super) fn dollars(money: Money) -> String {
    let cents = money.as_atto() / (Money::DOLLAR.as_atto() / 100);
    format!("${}.{:02}", cents / 100, cents % 100)
}

pub(super) fn time(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
