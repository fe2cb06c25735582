//! What this process takes, as Linux tells it.

use std::fs::read_to_string;

/// How many kilobytes are resident; `None` where the system does not tell it.
pub fn resident() -> Option<u64> {
    let status = read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// How many seconds it has worked, on all cores.
pub fn worked() -> Option<f64> {
    let stat = read_to_string("/proc/self/stat").ok()?;
    // The name may hold anything but ends with the last bracket; then come the state and ten numbers.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut hundredths = || fields.next()?.parse::<f64>().ok();
    Some((hundredths()? + hundredths()?) / 100.0)
}
