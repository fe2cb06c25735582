//! What is linked, and where it comes from. Who may link what, and how much, is in `.ci/purity`.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn everything_comes_from_one_registry_as_it_was_when_it_was_locked() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let packages: Vec<_> = lock.split("[[package]]").skip(1).collect();
    assert!(packages.len() > 50);
    for package in packages {
        let ours = package.contains("name = \"nohop");
        let registry = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        let locked = package.contains(registry) && package.contains("checksum = \"");
        assert!(ours != locked, "{package}");
    }
}

#[test]
fn nothing_of_ours_runs_while_it_is_built() {
    let mut crates = 0;
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(manifest) = fs::read_to_string(folder.join("Cargo.toml")) else { continue };
        crates += 1;
        // So that nothing can be fetched then: prices and rows are sources like others.
        assert!(!folder.join("build.rs").exists(), "{}", folder.display());
        assert!(!manifest.contains("build =") && !manifest.contains("build-dependencies"));
        assert!(!manifest.contains("proc-macro"), "{}", folder.display());
    }
    assert!(crates > 5);
}
