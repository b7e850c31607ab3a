//! Small word lists: file extensions, code words, cue words. Facts of general knowledge, not of any report.

/// Extensions of files that reports speak of, lower case, sorted.
const FILE_EXTENSIONS: &[&str] = &[
    "7z",
    "accdb",
    "accde",
    "ace",
    "action",
    "aes",
    "apk",
    "app",
    "appref-ms",
    "appx",
    "appxbundle",
    "arj",
    "asar",
    "asmx",
    "asp",
    "aspx",
    "avi",
    "bak",
    "bash",
    "bat",
    "bin",
    "bmp",
    "bz2",
    "c",
    "cab",
    "cer",
    "cfg",
    "cfm",
    "chm",
    "class",
    "cmd",
    "conf",
    "config",
    "cpl",
    "cpp",
    "crt",
    "crx",
    "cs",
    "csproj",
    "css",
    "csv",
    "dat",
    "data",
    "db",
    "dcr",
    "deb",
    "dex",
    "diagcab",
    "dll",
    "dmg",
    "dmp",
    "doc",
    "docb",
    "docm",
    "docx",
    "dot",
    "dotm",
    "dotx",
    "drv",
    "dump",
    "dylib",
    "elf",
    "eml",
    "enc",
    "encrypted",
    "env",
    "epub",
    "exe",
    "fon",
    "gadget",
    "gif",
    "go",
    "gz",
    "h",
    "hta",
    "htm",
    "html",
    "hwp",
    "hwpx",
    "ico",
    "img",
    "inf",
    "ini",
    "iqy",
    "iso",
    "jar",
    "java",
    "jfif",
    "job",
    "jpeg",
    "jpg",
    "js",
    "jse",
    "json",
    "jsp",
    "jspx",
    "kext",
    "key",
    "keylog",
    "ko",
    "lib",
    "library-ms",
    "lnk",
    "lock",
    "locked",
    "log",
    "lua",
    "lz",
    "lzh",
    "md",
    "mdb",
    "mht",
    "mhtml",
    "mkv",
    "mof",
    "mov",
    "mp3",
    "mp4",
    "msc",
    "msg",
    "msi",
    "msix",
    "msp",
    "mst",
    "msu",
    "nim",
    "node",
    "npz",
    "obj",
    "ocx",
    "odb",
    "odp",
    "ods",
    "odt",
    "old",
    "one",
    "onepkg",
    "ost",
    "out",
    "pac",
    "pack",
    "pcap",
    "pcapng",
    "pdb",
    "pdf",
    "pem",
    "pfx",
    "php",
    "phtml",
    "pif",
    "pkg",
    "pl",
    "plist",
    "png",
    "pot",
    "potm",
    "ppa",
    "ppam",
    "pps",
    "ppsm",
    "ppsx",
    "ppt",
    "pptm",
    "pptx",
    "ps1",
    "psd1",
    "psm1",
    "pst",
    "pub",
    "pxd",
    "py",
    "pyc",
    "pyd",
    "pyw",
    "rar",
    "rb",
    "rdp",
    "reg",
    "rels",
    "rpm",
    "rs",
    "rtf",
    "scf",
    "scr",
    "sct",
    "sct",
    "sed",
    "service",
    "settingcontent-ms",
    "sh",
    "shs",
    "sldm",
    "slk",
    "so",
    "sql",
    "sqlite",
    "svg",
    "swf",
    "sys",
    "tar",
    "targets",
    "tbz",
    "tgz",
    "theme",
    "tiff",
    "timer",
    "tmp",
    "tor",
    "torrent",
    "ts",
    "ttf",
    "txt",
    "udf",
    "url",
    "vb",
    "vba",
    "vbe",
    "vbs",
    "vhd",
    "vhdx",
    "vmdk",
    "vmem",
    "vsix",
    "wasm",
    "wav",
    "wbk",
    "webp",
    "wll",
    "wmf",
    "wmv",
    "workflow",
    "ws",
    "wsc",
    "wsf",
    "wsh",
    "xap",
    "xar",
    "xhtml",
    "xla",
    "xlam",
    "xll",
    "xls",
    "xlsb",
    "xlsm",
    "xlsx",
    "xlt",
    "xltm",
    "xml",
    "xpi",
    "xps",
    "xsl",
    "xslt",
    "xz",
    "yaml",
    "yar",
    "yara",
    "yml",
    "z",
    "zip",
    "zipx",
    "zst",
];

/// Whether `extension` (any case) is that of a file.
pub(super) fn is_file_extension(extension: &str) -> bool {
    let mut lower = [0u8; 18];
    let Some(lower) = lower.get_mut(..extension.len()) else { return false };
    lower.copy_from_slice(extension.as_bytes());
    lower.make_ascii_lowercase();
    FILE_EXTENSIONS.binary_search_by(|e| e.as_bytes().cmp(lower)).is_ok()
}

/// Extensions that are also top-level domains and far more often extensions when nobody defanged them.
/// (`.com` is not among them, nor are country codes that programs rarely use.)
pub(super) fn is_extension_first(top: &str) -> bool {
    matches!(
        top,
        "zip" | "py" | "sh" | "md" | "app" | "mov" | "rs" | "so" | "cab" | "pub" | "java" | "map" | "data" | "bin" | "jar"
            | "one" | "key" | "bar" | "box" | "ps" | "cpl" | "lua" | "ts" | "go" | "cs" | "rb" | "js" | "doc" | "torrent"
            | "xlsx" | "dot" | "zst" | "gz" | "pl" | "log" | "vb" | "vi" | "ai" if is_file_extension(top)
    )
}

/// Generic endings that program code uses after a dot (`document.open`, `obj.name`, `Foo.Data`).
pub(super) fn is_code_word(top: &str) -> bool {
    matches!(
        top,
        "open"
            | "name"
            | "call"
            | "link"
            | "show"
            | "map"
            | "data"
            | "date"
            | "plus"
            | "cat"
            | "id"
            | "is"
            | "to"
            | "in"
            | "as"
            | "at"
            | "it"
            | "click"
            | "run"
            | "shell"
            | "exec"
            | "host"
            | "post"
            | "get"
            | "watch"
            | "select"
            | "observer"
            | "prof"
            | "do"
            | "ms"
            | "study"
            | "channel"
            | "info"
            | "active"
            | "load"
            | "cc"
            | "pm"
            | "net"
            | "me"
            | "my"
            | "no"
            | "page"
            | "parts"
            | "case"
            | "save"
            | "top"
            | "app"
            | "stream"
            | "style"
            | "report"
            | "support"
            | "tools"
            | "win"
            | "zone"
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn extensions_are_sorted() {
        assert!(super::FILE_EXTENSIONS.is_sorted());
    }
}
