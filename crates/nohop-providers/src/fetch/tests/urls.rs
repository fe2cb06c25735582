use std::time::Duration;

use nohop_types::ErrorKind;

use super::far::{Far, picture};
use super::{HERE, Names, reaching, refused};
use crate::Fetch;

/// What would fetch from anywhere that is on the list, and lists all that these tests name.
fn permissive() -> Fetch {
    let hosts = [
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.0.1",
        "[::1]",
        "[::]",
        "[::ffff:7f00:1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "localhost",
        "img.example",
        "*.nip.io",
    ];
    let fetch = Fetch::from_hosts(hosts).plain().resolver(Names::always([HERE]));
    fetch.check().unwrap();
    fetch
}

#[tokio::test]
async fn an_address_in_numbers_is_one_however_it_is_spelled() {
    let spelled = [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://127.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://00000177.0.0.1/",
        "http://127.0.0.1./",
        "http://127.000.000.001/",
        "http://127。0。0。1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://%31%32%37.0.0.1/",
        "http://0/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[0:0:0:0:0:ffff:127.0.0.1]/",
        "http://[64:ff9b::127.0.0.1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1]/",
        "http://2852039166/latest/meta-data/",
        "http://0xa9fea9fe/latest/meta-data/",
        "http://0251.0376.0251.0376/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/latest/meta-data/",
        "http://localhost/",
        "http://LOCALHOST/",
        "http://localhost./",
        "http://127.0.0.1.nip.io/",
        "http:127.0.0.1/",
        "http:///127.0.0.1/",
        "http:\\\\127.0.0.1\\",
        "\thttp://127.0.0.1/",
        "http://img.example\\@127.0.0.1/",
        "http://127.0.0.1#@img.example/",
        "http://127.0.0.1\\@img.example/",
    ];
    for url in spelled {
        let error = refused(&permissive(), url).await;
        assert!(error.message().contains("not on the public web"), "{url}: {error}");
    }
}

#[tokio::test]
async fn what_is_no_address_of_the_web_is_refused() {
    let odd = [
        "",
        "img.example/a.png",
        "//img.example/a.png",
        "file:///etc/passwd",
        "ftp://img.example/",
        "gopher://img.example/",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "unix:///var/run/docker.sock",
        "s3://bucket/key",
        "http://",
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://img.example:99999/",
        "http://256.256.256.256/",
        "http://img .example/",
        "http://im\0g.example/",
    ];
    for url in odd {
        refused(&permissive(), url).await;
    }
}

#[tokio::test]
async fn credentials_in_an_address_are_refused() {
    let far = Far::answering([picture()]).await;
    for user in ["user:secret@", "user@", ":secret@", "127.0.0.1:80@"] {
        let url = format!("http://{user}img.example:{}/", far.port());
        let error = refused(&reaching(&far), &url).await;
        assert!(error.message().contains("credentials"), "{error}");
    }
    assert!(far.heard().is_empty());
}

#[tokio::test]
async fn only_hosts_on_the_list_are_asked() {
    let far = Far::answering([picture()]).await;
    let list = |hosts: &[&str]| {
        let fetch = Fetch::from_hosts(hosts).plain().port(far.port());
        fetch.resolver(Names::always([HERE])).reach(|address| address == HERE)
    };
    let to = |host: &str| format!("http://{host}:{}/", far.port());
    let table: [(&[&str], &str, bool); 16] = [
        (&["img.example"], "img.example", true),
        (&["img.example"], "IMG.Example", true),
        (&["img.example"], "img.example.", true),
        (&["IMG.example."], "img.example", true),
        (&["img.example"], "a.img.example", false),
        (&["img.example"], "ximg.example", false),
        (&["img.example"], "img.example.evil.example", false),
        (&["*.example"], "img.example", true),
        (&["*.example"], "a.img.example", true),
        (&["*.example"], "example", false),
        (&["*.img.example"], "evilimg.example", false),
        (&["b\u{fc}cher.example"], "xn--bcher-kva.example", true),
        (&["xn--bcher-kva.example"], "b\u{fc}cher.example", true),
        (&["a.example", "img.example"], "img.example", true),
        (&[], "img.example", false),
        (&["127.0.0.1"], "2130706433", true),
    ];
    for (hosts, host, allowed) in table {
        let fetched = list(hosts).fetch(&to(host)).await;
        assert_eq!(fetched.is_ok(), allowed, "{hosts:?} {host}: {fetched:?}");
    }
}

#[test]
fn a_list_of_what_are_no_hosts_is_refused_when_it_is_made() {
    for host in [
        "",
        "*",
        "*.",
        "*.*",
        "*img.example",
        "img.*",
        "http://img.example",
        "img.example/a",
        "a b",
        "img.example:80",
        "user@img.example",
        "*.127.0.0.1",
        "*.[::1]",
        "im\0g.example",
    ] {
        let error = Fetch::from_hosts([host]).check().expect_err(host);
        assert_eq!(error.kind(), ErrorKind::Config);
    }
    Fetch::from_hosts(["img.example", "*.example", "93.184.216.34", "[2606:4700::1]"])
        .check()
        .unwrap();
}

#[tokio::test]
async fn without_more_being_said_only_tls_at_its_usual_port_is_spoken() {
    let far = Far::answering([picture()]).await;
    let strict = Fetch::from_hosts(["img.example"])
        .resolver(Names::always([HERE]))
        .reach(|address| address == HERE);
    let error = refused(&strict, &far.url("/")).await;
    assert!(error.message().contains("without TLS"), "{error}");
    let error = refused(&strict, &format!("https://img.example:{}/", far.port())).await;
    assert!(error.message().contains("port"), "{error}");
    let error = refused(&strict.clone().plain(), &far.url("/")).await;
    assert!(error.message().contains("port"), "{error}");
    assert!(far.heard().is_empty());
    // It is spoken to whom the name leads, who does not speak it.
    let url = format!("https://img.example:{}/", far.port());
    let strict = strict.port(far.port()).time(Duration::from_millis(300));
    let error = strict.fetch(&url).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn nothing_of_ours_goes_along() {
    let far = Far::answering([picture()]).await;
    reaching(&far).fetch(&far.url("/a.png?x=1#secret")).await.unwrap();
    let head = far.heard().remove(0).to_lowercase();
    let mut lines: Vec<&str> =
        head.trim_end().lines().map(|line| line.split(':').next().unwrap()).collect();
    lines.sort_unstable();
    assert_eq!(lines, ["accept", "get /a.png?x=1 http/1.1", "host"]);
}
