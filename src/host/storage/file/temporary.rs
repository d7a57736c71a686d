//! Temporary files: how they are named, who may remove them, and how they take their final name.
//!
//! The writer holds a lock on its temporary file until the file has its final name, so that a process that tidies up
//! can tell a write under way from one that was killed: locks end with their process. Where files cannot be locked, age
//! decides instead. On Windows the writer lets nobody else remove the file while it has it open, which ends with its
//! process too; but it must close the file before renaming it. Whoever tidies up at just that moment removes it, and the
//! writer writes it again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(windows)]
use super::open::is_blocked;
use super::open::{is_still_at, nobody_else_removes_it, only_the_file_itself, retry_blocked};
use super::remove_file_if_there;

const INFIX: &str = ".tmp-";

/// No write takes this long.
#[cfg(not(windows))]
const ABANDONED_AFTER: std::time::Duration = std::time::Duration::from_secs(3600);

/// A temporary file, removed on drop unless it was renamed.
pub(super) struct Temporary {
    path: PathBuf,
    /// `None` once closed.
    file: Option<File>,
    renamed: bool,
}

impl Temporary {
    pub(super) fn create(folder: &Path, key: &str) -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        only_the_file_itself(&mut options);
        nobody_else_removes_it(&mut options);
        for _ in 0..1000 {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("{key}{INFIX}{}-{number}", std::process::id());
            let path = folder.join(name);
            let file = match options.open(&path) {
                Ok(file) => file,
                // Left by a killed process of the same number.
                Err(err) if err.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(err) => return Err(err),
            };
            let temporary = Temporary {
                path,
                file: Some(file),
                renamed: false,
            };
            if temporary.claim()? {
                return Ok(temporary);
            }
        }
        Err(io::Error::other("no free name for a temporary file"))
    }

    /// Locks the new file. False when somebody who tidies up was faster and took it for abandoned.
    fn claim(&self) -> io::Result<bool> {
        let Some(file) = &self.file else {
            return Ok(false);
        };
        if cfg!(unix) && matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)) {
            return Ok(false);
        }
        is_still_at(file, &self.path)
    }

    /// Writes the content and flushes it to the medium.
    pub(super) fn fill(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.file {
            Some(file) => {
                file.write_all(bytes)?;
                file.sync_all()
            }
            None => Err(io::Error::other("the temporary file is closed")),
        }
    }

    /// Gives it its final name, in place of what had that name.
    pub(super) fn rename_to(mut self, target: &Path) -> io::Result<()> {
        if cfg!(windows) {
            self.file = None;
        }
        retry_blocked(|| fs::rename(&self.path, target))?;
        self.renamed = true;
        Ok(())
    }

    /// Gives it a second name, unless that exists: `AlreadyExists`.
    pub(super) fn link_to(&self, target: &Path) -> io::Result<()> {
        fs::hard_link(&self.path, target)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if cfg!(windows) {
            self.file = None;
        }
        if !self.renamed {
            // What stays behind is removed when the folder is next opened.
            let _ = remove_file_if_there(&self.path);
        }
    }
}

/// Removes temporary files that nobody is writing any more: of one key or of all.
pub(super) fn remove_abandoned(folder: &Path, key: Option<&str>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.split_once(INFIX));
        let Some((owner, _)) = owner else { continue };
        let ours = match key {
            Some(key) => owner == key,
            None => super::check_key(owner).is_ok(),
        };
        if ours {
            remove_if_abandoned(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(windows)]
fn remove_if_abandoned(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(err) if is_blocked(&err) || err.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

#[cfg(not(windows))]
fn remove_if_abandoned(path: &Path) -> io::Result<()> {
    let file = match super::open::existing(path, true) {
        Ok(file) => file,
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(err) => return Err(err),
    };
    let old = || {
        let age = file.metadata()?.modified()?.elapsed();
        Ok::<_, io::Error>(age.is_ok_and(|age| age > ABANDONED_AFTER))
    };
    let abandoned = if cfg!(unix) {
        match file.try_lock() {
            Ok(()) => true,
            Err(fs::TryLockError::WouldBlock) => false,
            Err(fs::TryLockError::Error(_)) => old()?,
        }
    } else {
        old()?
    };
    if abandoned {
        // The lock is held meanwhile, so a writer that was about to claim the file notices and takes another name.
        remove_file_if_there(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_live_temporary_file_is_left_alone_and_a_dead_one_is_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let live = Temporary::create(folder.path(), "aa").expect("created");
        let dead = folder.path().join("bb.tmp-1-0");
        fs::write(&dead, b"half").expect("written");
        let foreign = folder.path().join("Somebody's.tmp-file");
        fs::write(&foreign, b"keep").expect("written");

        remove_abandoned(folder.path(), None).expect("tidied");
        assert!(live.path.exists());
        assert!(!dead.exists());
        assert!(foreign.exists());

        let path = live.path.clone();
        drop(live);
        assert!(!path.exists());
    }

    #[test]
    fn only_the_named_key_is_tidied() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["aa.tmp-1-0", "aab.tmp-1-0"] {
            fs::write(folder.path().join(name), b"half").expect("written");
        }
        remove_abandoned(folder.path(), Some("aa")).expect("tidied");
        assert!(!folder.path().join("aa.tmp-1-0").exists());
        assert!(folder.path().join("aab.tmp-1-0").exists());
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_was_removed_before_it_was_claimed_is_not_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let temporary = Temporary::create(folder.path(), "aa").expect("created");
        fs::remove_file(&temporary.path).expect("removed");
        assert!(!temporary.claim().expect("looked"));
    }
}
