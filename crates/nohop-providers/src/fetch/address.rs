//! Which addresses are on the public web.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether `address` is one that anybody on the public web may be at.
///
/// Not public are this machine and this network, private and shared ones, links, multicast, what is
/// reserved, for documentation or for measurements, the addresses at which clouds keep the secrets of a
/// machine, and what leads to any of these from within an address of IPv6.
///
/// ```
/// use nohop_providers::is_public;
///
/// assert!(is_public("93.184.216.34".parse()?));
/// assert!(!is_public("169.254.169.254".parse()?));
/// assert!(!is_public("::ffff:127.0.0.1".parse()?));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address),
    }
}

fn v4(address: Ipv4Addr) -> bool {
    let octets = address.octets();
    let reserved = match octets {
        // This network, private ones, this machine.
        [0 | 10 | 127, ..] => true,
        // What carriers share among their customers.
        [100, second, ..] => second & 0xc0 == 64,
        // Links, and the secrets of machines in clouds.
        [169, 254, ..] => true,
        [172, second, ..] => second & 0xf0 == 16,
        // Protocols, documentation, and what once led into IPv6.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] => true,
        [192, 168, ..] => true,
        // Measurements.
        [198, 18 | 19, ..] => true,
        [198, 51, 100, _] | [203, 0, 113, _] => true,
        // Where a machine at Microsoft finds its own cloud.
        [168, 63, 129, 16] => true,
        // Many at once, and what is reserved, all at once among it.
        [224..=255, ..] => true,
        _ => false,
    };
    !reserved
}

fn v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // An address of IPv4 in the clothes of the newer, or behind a translator: what it leads to counts.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            v4(Ipv4Addr::new(a, b, c, d))
        }
        // Protocols and tunnels, of which Teredo's lead to an address within.
        [0x2001, 0..=0x1ff, ..] => false,
        // Documentation.
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // 6to4 leads to an address within.
        [0x2002, ..] => false,
        // All that was ever given out to be public begins so.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}
