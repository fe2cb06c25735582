use std::net::IpAddr;

use super::far::{Far, picture, redirect};
use super::{HERE, Names, reaching, refused};
use crate::{Fetch, is_public};

#[test]
fn only_addresses_of_the_public_web_are_public() {
    let public = [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "169.253.0.1",
        "192.0.1.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "2001:4860:4860::8888",
        "2001:200::1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
    ];
    for address in public {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
    let others = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.0.1",
        "169.254.169.254",
        "169.254.170.2",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::8.8.8.8",
        "100::1",
        "2001::1",
        "2001:0:7f00:1::",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:1ff::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "3fff:fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
    ];
    for address in others {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
}

#[tokio::test]
async fn a_name_that_leads_into_a_private_network_is_refused_before_anyone_is_asked() {
    let inside: [&[&str]; 7] = [
        &["127.0.0.1"],
        &["169.254.169.254"],
        &["10.1.2.3"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        // One among others is there to be reached at the second try.
        &["93.184.216.34", "127.0.0.1"],
        &[],
    ];
    let far = Far::answering([picture()]).await;
    for addresses in inside {
        let addresses: Vec<IpAddr> = addresses.iter().map(|a| a.parse().unwrap()).collect();
        let fetch = Fetch::from_hosts(["img.example"])
            .plain()
            .port(far.port())
            .resolver(Names::always(addresses));
        let error = refused(&fetch, &far.url("/")).await;
        assert!(error.message().contains("not on the public web"), "{error}");
    }
    assert!(far.heard().is_empty());
}

#[tokio::test]
async fn a_name_that_changes_between_the_check_and_the_call_changes_nothing() {
    let far = Far::answering([picture()]).await;
    let inside: IpAddr = "127.0.0.2".parse().unwrap();
    let trap = Far::at(inside, far.port(), [picture()]).await;
    let names = Names::turning([vec![HERE], vec![inside]]);
    let fetch = reaching(&far).resolver(names.clone());
    let fetched = fetch.fetch(&far.url("/a.png")).await.unwrap();
    assert_eq!(fetched.media_type, "image/png");
    assert_eq!(names.asked(), 1);
    assert_eq!((far.heard().len(), trap.heard().len()), (1, 0));
    // The next time, the name means what it means then.
    refused(&fetch, &far.url("/a.png")).await;
    assert_eq!((far.heard().len(), trap.heard().len()), (1, 0));
}

#[tokio::test]
async fn a_redirect_is_followed_only_if_it_is_allowed_and_leads_where_it_may() {
    let places = [
        "http://127.0.0.1/latest/meta-data",
        "http://169.254.169.254/latest/meta-data?secret",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://elsewhere.example/",
        "//localhost/",
        "file:///etc/passwd",
        "gopher://img.example/",
        "http://user:secret@img.example/",
        "http://img.example:22/",
        "http://",
    ];
    for place in places {
        let far = Far::answering([redirect(place)]).await;
        refused(&reaching(&far), &far.url("/")).await;
        refused(&reaching(&far).redirects(5), &far.url("/")).await;
        // Asked for the redirect alone, and once by each: nobody followed it.
        assert_eq!(far.heard().len(), 2, "{place}");
    }
    let far = Far::answering([redirect("/b"), redirect("c?x=1"), picture()]).await;
    let fetched = reaching(&far).redirects(2).fetch(&far.url("/a")).await.unwrap();
    assert_eq!(fetched.media_type, "image/png");
    let lines = far.heard().iter().map(|head| head.lines().next().unwrap().to_owned()).collect();
    let lines: Vec<String> = lines;
    assert_eq!(lines, ["GET /a HTTP/1.1", "GET /b HTTP/1.1", "GET /c?x=1 HTTP/1.1"]);
}

#[tokio::test]
async fn redirects_in_a_circle_end() {
    let far = Far::answering([redirect("/")]).await;
    refused(&reaching(&far).redirects(3), &far.url("/")).await;
    assert_eq!(far.heard().len(), 4);
}

#[tokio::test]
async fn a_name_is_checked_again_at_every_redirect() {
    let far = Far::answering([redirect("/again"), picture()]).await;
    let names = Names::turning([vec![HERE], vec!["10.0.0.1".parse().unwrap()]]);
    let fetch = reaching(&far).resolver(names.clone()).redirects(3);
    refused(&fetch, &far.url("/")).await;
    assert_eq!((names.asked(), far.heard().len()), (2, 1));
}
