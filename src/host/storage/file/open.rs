//! Opening, renaming and flushing, where operating systems differ.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Opens an existing regular file, never through a symbolic link, and never waiting for the other end of a pipe.
pub(super) fn existing(path: &Path, for_writing: bool) -> io::Result<File> {
    existing_with_length(path, for_writing).map(|(file, _)| file)
}

/// The same, and how long it is.
pub(super) fn existing_with_length(path: &Path, for_writing: bool) -> io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    options.read(!for_writing).write(for_writing);
    only_the_file_itself(&mut options);
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() {
        Ok((file, metadata.len()))
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "what is there is not a regular file",
        ))
    }
}

/// Makes these options refuse symbolic links, and files that are created private to the user.
pub(super) fn only_the_file_itself(options: &mut OpenOptions) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        // Opens the link itself, which then is not a regular file.
        const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
        options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
    }
    #[cfg(not(any(unix, windows)))]
    let _ = options;
}

/// On Windows: as long as the file is open, others may read it, but neither change nor remove it.
pub(super) fn nobody_else_removes_it(options: &mut OpenOptions) {
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        const FILE_SHARE_READ: u32 = 1;
        options.share_mode(FILE_SHARE_READ);
    }
    #[cfg(not(windows))]
    let _ = options;
}

/// Creates the folder, on Unix for the user only.
pub(super) fn create_private_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().mode(0o700).create(folder)
    }
    #[cfg(not(unix))]
    std::fs::create_dir(folder)
}

/// The folder's absolute path, without links and dots where the system can tell. On Windows std makes long paths of
/// absolute ones by itself.
pub(super) fn absolute(folder: &Path) -> io::Result<PathBuf> {
    match std::fs::canonicalize(folder) {
        // Some drivers, those of RAM disks for example, cannot say what a file's path is; Wine cannot for long paths.
        Err(err) if cfg!(windows) && err.kind() != io::ErrorKind::NotFound => std::path::absolute(folder),
        done => done,
    }
}

/// A text that is the same for every path to one folder.
pub(super) fn place(folder: &Path) -> io::Result<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let found = std::fs::metadata(folder)?;
        Ok(format!("file:{}:{}", found.dev(), found.ino()))
    }
    #[cfg(not(unix))]
    Ok(format!("file:{}", folder.display()))
}

/// Makes renames, links and removals in the folder durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    match File::open(folder)?.sync_all() {
        // Some file systems cannot flush a folder by itself (several FUSE and network ones); there is nothing better.
        Err(err)
            if matches!(err.raw_os_error(), Some(libc::EINVAL | libc::ENOSYS))
                || err.kind() == io::ErrorKind::Unsupported =>
        {
            Ok(())
        }
        synced => synced,
    }
    // Windows has no flush of a folder; its file systems journal the rename.
    #[cfg(not(unix))]
    {
        let _ = folder;
        Ok(())
    }
}

/// Runs the operation; on Windows again for about a second while a virus scanner or an indexer has the file open.
pub(super) fn retry_blocked<T>(mut operation: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    #[cfg(windows)]
    for pause_ms in [5_u64, 10, 20, 40, 80, 160, 320, 400] {
        match operation() {
            Err(err) if is_blocked(&err) => {
                std::thread::sleep(std::time::Duration::from_millis(pause_ms));
            }
            done => return done,
        }
    }
    operation()
}

/// Whether the operation failed because somebody has the file open, or is just removing it.
#[cfg(windows)]
pub(super) fn is_blocked(err: &io::Error) -> bool {
    // ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_USER_MAPPED_FILE
    const BLOCKED: [i32; 4] = [5, 32, 33, 1224];
    err.raw_os_error().is_some_and(|code| BLOCKED.contains(&code))
}

/// Whether the open file is the one that the path names now.
#[cfg(unix)]
pub(super) fn is_still_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let open = file.metadata()?;
    match std::fs::symlink_metadata(path) {
        Ok(found) => Ok((found.dev(), found.ino()) == (open.dev(), open.ino())),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(err) => Err(err),
    }
}

/// Whether the open file is the one that the path names now. Where files are not removed while somebody may be opening
/// them, it always is.
#[cfg(not(unix))]
pub(super) fn is_still_at(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}
