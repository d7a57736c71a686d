//! Real media, mounted for one test.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Talking, given_by_parent, tell_parent, this_test_again};

/// Where a child process that may mount finds its empty folder.
const MAY_MOUNT: &str = "PLAYGATE_TEST_MAY_MOUNT";
/// What the child process says at its end.
pub const DONE: &str = "the test in the child process is done";
const SKIP: &str = "PLAYGATE_SKIP_MOUNT_TESTS";

/// Runs the test in a child process with mounts of its own, which go when it ends. Fails when mounting is not allowed
/// here, unless asked to skip.
pub fn with_mounts(me: &str, test: impl Fn(&Path)) {
    if let Some(folder) = given_by_parent(MAY_MOUNT) {
        test(folder.as_ref());
        return tell_parent(DONE);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let ways: [&[&str]; 2] = [&["unshare", "-m"], &["unshare", "-r", "-m"]];
    let works = |way: &&&[&str]| {
        let mut probe = Command::new(way[0]);
        probe.args(&way[1..]).args(["mount", "-t", "tmpfs", "tmpfs"]);
        probe.arg(folder.path()).stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    };
    let Some(way) = ways.iter().find(works) else {
        assert!(
            given_by_parent(SKIP).as_deref() == Some("1"),
            "{me} needs to mount a tmpfs in a mount namespace of its own: run it as root with `unshare`, or where user \
             namespaces are allowed, or set {SKIP}=1 to skip it"
        );
        return println!("{me} SKIPPED: no mounts here, and {SKIP}=1");
    };
    let mut child = this_test_again(way, me);
    child.env(MAY_MOUNT, folder.path());
    runs_to_its_end(child);
}

/// A child that runs no test at all, for a wrong name, would succeed too: it has to say that it is done.
pub fn runs_to_its_end(command: Command) {
    let mut child = Talking::start(command);
    assert!(child.next(DONE).is_some(), "the child process failed, see above");
}

pub fn mount(options: &str, at: &Path) {
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at);
    assert!(mount.status().expect("mount is there").success());
}

pub fn remount(options: &str, at: &Path) {
    let mut mount = Command::new("mount");
    mount.args(["-o", &format!("remount,{options}")]).arg(at);
    assert!(mount.status().expect("mount is there").success());
}

/// Fills the medium to its last byte.
pub fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("filler");
    let mut file = File::create(&path).expect("created");
    for size in [4096, 1] {
        while file.write_all(&vec![b'x'; size]).is_ok() {}
    }
    path
}
