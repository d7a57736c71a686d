//! From the operating system's errors to the library's, with a sentence for a person.

use std::fs;
use std::io;
use std::path::Path;

use super::super::{StorageError, StorageErrorKind};

/// The error of an operation in a folder. The text names the folder and the system's reason, never a file in it.
pub(super) fn storage_error(doing: &str, folder: &Path, err: &io::Error) -> StorageError {
    let kind = kind(folder, err);
    let advice = match kind {
        StorageErrorKind::NotMounted => "Give a folder whose parent exists, or try again when the medium is there.",
        StorageErrorKind::NotPermitted => {
            "Give a folder that this process may read and write, on a medium that is not read-only."
        }
        StorageErrorKind::Full => "Free some space or raise the limit, then try again.",
        StorageErrorKind::Locked => "Close the other process or client that uses it.",
        StorageErrorKind::Unsupported => "Give a folder on a file system that can do this.",
        StorageErrorKind::TooLarge | StorageErrorKind::Pending | StorageErrorKind::Io => {
            "Try again; if it stays so, look at the folder and its medium."
        }
    };
    let folder = folder.display();
    StorageError::new(kind, format!("Could not {doing} in {folder}: {err}. {advice}"))
}

fn kind(folder: &Path, err: &io::Error) -> StorageErrorKind {
    match err.kind() {
        // A missing file in a folder that is there is another matter than a missing folder.
        io::ErrorKind::NotFound => match fs::metadata(folder) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => StorageErrorKind::NotMounted,
            _ => StorageErrorKind::Io,
        },
        // EACCES and EPERM; EROFS.
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => StorageErrorKind::NotPermitted,
        // ENOSPC; EDQUOT; EFBIG.
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            StorageErrorKind::Full
        }
        io::ErrorKind::Unsupported => StorageErrorKind::Unsupported,
        _ => StorageErrorKind::Io,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn every_errno_has_its_kind() {
        let there = std::env::temp_dir();
        let gone = there.join("playgate-no-such-folder");
        let cases = [
            (libc::ENOENT, &gone, StorageErrorKind::NotMounted),
            (libc::ENOENT, &there, StorageErrorKind::Io),
            (libc::EACCES, &there, StorageErrorKind::NotPermitted),
            (libc::EPERM, &there, StorageErrorKind::NotPermitted),
            (libc::EROFS, &there, StorageErrorKind::NotPermitted),
            (libc::ENOSPC, &there, StorageErrorKind::Full),
            (libc::EDQUOT, &there, StorageErrorKind::Full),
            (libc::EFBIG, &there, StorageErrorKind::Full),
            (libc::EIO, &there, StorageErrorKind::Io),
            (libc::EMFILE, &there, StorageErrorKind::Io),
            (libc::ELOOP, &there, StorageErrorKind::Io),
            (libc::EISDIR, &there, StorageErrorKind::Io),
        ];
        for (errno, folder, expected) in cases {
            let err = storage_error("test", folder, &io::Error::from_raw_os_error(errno));
            assert_eq!(err.kind, expected, "errno {errno}");
            assert!(err.text.contains(&format!("os error {errno}")), "{}", err.text);
        }
    }
}
