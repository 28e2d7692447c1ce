//! Which addresses are anybody's to dial, as data.
//!
//! From the IANA registries of special-purpose addresses (read 2026-08) and the ways in which an IPv4
//! address travels inside of an IPv6 one. Whatever is not plainly a global unicast address is refused
//! with the name of its range.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses: its first one, how many leading bits it fixes, what it is called.
type Range<A> = (A, u32, &'static str);

const V4: &[Range<Ipv4Addr>] = &[
    (Ipv4Addr::UNSPECIFIED, 8, "this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private network"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared address space"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "this machine"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private network"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "protocol assignments"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "6to4 relays"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private network"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

/// The address that begins so and goes on with zeros.
const fn v6(s0: u16, s1: u16, s2: u16, s3: u16, s4: u16, s5: u16) -> Ipv6Addr {
    Ipv6Addr::new(s0, s1, s2, s3, s4, s5, 0, 0)
}

/// Inside and outside of global unicast, narrower ranges first.
const V6: &[Range<Ipv6Addr>] = &[
    (Ipv6Addr::UNSPECIFIED, 128, "this network"),
    (Ipv6Addr::LOCALHOST, 128, "this machine"),
    (v6(0, 0, 0, 0, 0, 0), 96, "an IPv4-compatible address"),
    (v6(0, 0, 0, 0, 0, 0xffff), 96, "an IPv4-mapped address"),
    (v6(0, 0, 0, 0, 0xffff, 0), 96, "an IPv4-translated address"),
    (v6(0x64, 0xff9b, 1, 0, 0, 0), 48, "a local NAT64 address"),
    (v6(0x100, 0, 0, 0, 0, 0), 64, "the discard prefix"),
    (v6(0x100, 0, 0, 1, 0, 0), 64, "the dummy prefix"),
    (v6(0x2001, 0, 0, 0, 0, 0), 32, "a Teredo address"),
    (v6(0x2001, 2, 0, 0, 0, 0), 48, "benchmarks"),
    (v6(0x2001, 0, 0, 0, 0, 0), 23, "protocol assignments"),
    (v6(0x2001, 0xdb8, 0, 0, 0, 0), 32, "documentation"),
    (v6(0x2002, 0, 0, 0, 0, 0), 16, "a 6to4 address"),
    (v6(0x3fff, 0, 0, 0, 0, 0), 20, "documentation"),
    (v6(0x5f00, 0, 0, 0, 0, 0), 16, "segment routing"),
    (v6(0xfc00, 0, 0, 0, 0, 0), 7, "a private network"),
    (v6(0xfe80, 0, 0, 0, 0, 0), 10, "link-local"),
    (v6(0xfec0, 0, 0, 0, 0, 0), 10, "site-local"),
    (v6(0xff00, 0, 0, 0, 0, 0), 8, "multicast"),
];

/// `64:ff9b::/96`, by which a network without IPv4 reaches the rest of it: judged by what it carries.
const NAT64: (Ipv6Addr, u32) = (v6(0x64, 0xff9b, 0, 0, 0, 0), 96);
/// Global unicast.
const GLOBAL: (Ipv6Addr, u32) = (v6(0x2000, 0, 0, 0, 0, 0), 3);

/// What an address is that is not dialled for a link; none where it is global.
pub fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    let within = |(net, bits, _): &&Range<Ipv4Addr>| (address.to_bits() ^ net.to_bits()) >> (32 - bits) == 0;
    V4.iter().find(within).map(|(.., name)| *name)
}

fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    let within = |net: Ipv6Addr, bits: u32| (address.to_bits() ^ net.to_bits()) >> (128 - bits) == 0;
    if let Some((.., name)) = V6.iter().find(|(net, bits, _)| within(*net, *bits)) {
        return Some(name);
    }
    let [.., a, b, c, d] = address.octets();
    if within(NAT64.0, NAT64.1) {
        return special_v4(Ipv4Addr::new(a, b, c, d));
    }
    let [_, _, _, _, high, low, ..] = address.segments();
    match () {
        () if !within(GLOBAL.0, GLOBAL.1) => Some("reserved"),
        () if matches!(high, 0 | 0x200) && low == 0x5efe => Some("an ISATAP address"),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An IPv4 address inside of IPv6 ones, every way there is.
    pub(super) fn embedded(address: Ipv4Addr) -> Vec<Ipv6Addr> {
        let [a, b, c, d] = address.octets();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let mut all: Vec<Ipv6Addr> = [
            [0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0xffff],
            [0, 0, 0, 0, 0xffff, 0],
            [0x64, 0xff9b, 0, 0, 0, 0],
            [0x64, 0xff9b, 1, 0, 0, 0],
            [0x2001, 0x4860, 0, 0, 0, 0x5efe],
            [0x2001, 0x4860, 0, 0, 0x200, 0x5efe],
            [0xfe80, 0, 0, 0, 0, 0x5efe],
        ]
        .iter()
        .map(|[s0, s1, s2, s3, s4, s5]| Ipv6Addr::new(*s0, *s1, *s2, *s3, *s4, *s5, high, low))
        .collect();
        all.push(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1));
        // Teredo hides the client's address by turning its bits over.
        all.push(Ipv6Addr::new(0x2001, 0, 0x4136, 0xe378, 0x8000, 0x63bf, !high, !low));
        all.push(Ipv6Addr::new(0x2001, 0, high, low, 0x8000, 0x63bf, 0, 0));
        all
    }

    #[test]
    fn special_ranges_are_refused_from_their_first_to_their_last_address_and_not_beyond() {
        for (net, bits, name) in V4 {
            let last = Ipv4Addr::from_bits(net.to_bits() | (u32::MAX >> bits));
            assert_eq!((special((*net).into()), special(last.into())), (Some(*name), Some(*name)), "{net}");
        }
        for (net, bits, _) in V6 {
            let last = Ipv6Addr::from_bits(net.to_bits() | u128::MAX.checked_shr(*bits).unwrap_or(0));
            assert!(special((*net).into()).is_some() && special(last.into()).is_some(), "{net} {last}");
        }
        let outside = [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.0.1",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "8.8.8.8",
            "2000::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2001:db7:ffff::1",
            "2001:db9::1",
            "2001:ffff::1",
            "2003::1",
            "3ffe:ffff::1",
            "3fff:1000::1",
            "2a00:1450:4001::1",
            "64:ff9b::8.8.8.8",
        ];
        for text in outside {
            assert_eq!(special(text.parse().unwrap()), None, "{text}");
        }
        for text in ["4000::1", "1fff::1", "64:ff9b::127.0.0.1", "64:ff9b:2::1", "8000::", "fe00::1"] {
            assert!(special(text.parse().unwrap()).is_some(), "{text}");
        }
    }

    #[test]
    fn an_address_in_another_is_refused_whatever_carries_it() {
        for (net, bits, _) in V4 {
            for address in [*net, Ipv4Addr::from_bits(net.to_bits() | (u32::MAX >> bits))] {
                for carrier in embedded(address) {
                    assert!(special(carrier.into()).is_some(), "{address} in {carrier}");
                }
            }
        }
        // A global address may be reached through NAT64 and no other way.
        let passed: Vec<_> =
            embedded(Ipv4Addr::new(8, 8, 8, 8)).into_iter().filter(|a| special((*a).into()).is_none()).collect();
        assert_eq!(passed, ["64:ff9b::808:808".parse::<Ipv6Addr>().unwrap()]);
    }
}
