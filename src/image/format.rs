//! Image formats with their extensions and media types, and what else a body may be.

use crate::text::{Append, display_by_append};

/// An image format that is recognised by its bytes. Messages and journals have its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JPEG (ISO/IEC 10918-1).
    Jpeg,
    /// PNG, animated or not.
    Png,
    /// GIF87a and GIF89a.
    Gif,
    /// WebP in its RIFF container.
    WebP,
    /// AV1 in an ISO base media file: a picture or a sequence.
    Avif,
    /// HEVC in an ISO base media file.
    Heic,
    /// JPEG XL, as a bare code stream or in its container.
    Jxl,
    /// Bitmap of Windows or of OS/2.
    Bmp,
    /// TIFF and BigTIFF, in either byte order.
    Tiff,
    /// Windows icon.
    Ico,
    /// Scalable Vector Graphics, as plain XML.
    Svg,
    /// SVG, compressed by gzip.
    Svgz,
    /// Another picture in an ISO base media file (ISO/IEC 23008-12), or one whose coding its brands do not name.
    Heif,
    /// Windows cursor.
    Cur,
    /// JPEG 2000 in boxes (ISO/IEC 15444-1).
    Jp2,
    /// JPEG 2000 with extensions (ISO/IEC 15444-2).
    Jpx,
    /// JPEG 2000 of a compound document (ISO/IEC 15444-6).
    Jpm,
    /// High-throughput JPEG 2000 in boxes (ISO/IEC 15444-15).
    Jph,
    /// A code stream of JPEG 2000, of high throughput or not.
    J2k,
    /// JPEG XR (ISO/IEC 29199-2).
    Jxr,
    /// JPEG-LS (ISO/IEC 14495-1).
    Jls,
    /// Adobe's digital negative, a TIFF.
    Dng,
    /// Raw file of Canon's, a TIFF.
    Cr2,
    /// Raw file of Nikon's, a TIFF.
    Nef,
    /// Raw file of Sony's, a TIFF.
    Arw,
    /// Raw file of Olympus', nearly a TIFF.
    Orf,
    /// Raw file of Panasonic's, nearly a TIFF.
    Rw2,
    /// Raw file of Pentax', a TIFF.
    Pef,
    /// Raw file of Canon's, an ISO base media file.
    Cr3,
    /// Raw file of Fujifilm's.
    Raf,
    /// Photoshop document, of either size.
    Psd,
    /// Truevision TGA with the footer of its version 2.
    Tga,
    /// Quite OK Image.
    Qoi,
    /// Netpbm's bitmap.
    Pbm,
    /// Netpbm's greymap.
    Pgm,
    /// Netpbm's pixmap.
    Ppm,
    /// Netpbm's arbitrary map.
    Pam,
    /// OpenEXR.
    Exr,
    /// Radiance HDR.
    Hdr,
    /// DirectDraw surface.
    Dds,
    /// Icons of macOS.
    Icns,
    /// Flexible Image Transport System.
    Fits,
    /// DjVu.
    Djvu,
}

/// Extensions of raw files of cameras that are TIFFs, some of which nothing but the extension tells apart.
/// Under another one, programs show the thumbnail at best.
const RAW_EXTENSIONS: &str =
    "dng nef nrw cr2 arw sr2 srf orf ori rw2 rwl raw pef srw 3fr fff iiq dcr kdc erf mef mos gpr";

impl Format {
    /// All formats, in the order of their definition.
    pub const ALL: [Self; 43] = [
        Self::Jpeg,
        Self::Png,
        Self::Gif,
        Self::WebP,
        Self::Avif,
        Self::Heic,
        Self::Jxl,
        Self::Bmp,
        Self::Tiff,
        Self::Ico,
        Self::Svg,
        Self::Svgz,
        Self::Heif,
        Self::Cur,
        Self::Jp2,
        Self::Jpx,
        Self::Jpm,
        Self::Jph,
        Self::J2k,
        Self::Jxr,
        Self::Jls,
        Self::Dng,
        Self::Cr2,
        Self::Nef,
        Self::Arw,
        Self::Orf,
        Self::Rw2,
        Self::Pef,
        Self::Cr3,
        Self::Raf,
        Self::Psd,
        Self::Tga,
        Self::Qoi,
        Self::Pbm,
        Self::Pgm,
        Self::Ppm,
        Self::Pam,
        Self::Exr,
        Self::Hdr,
        Self::Dds,
        Self::Icns,
        Self::Fits,
        Self::Djvu,
    ];

    /// The format that an extension (without the dot, in any case) means; if several have it, the one that
    /// usually does.
    pub fn of_extension(extension: &str) -> Option<Self> {
        let usual = Self::ALL.into_iter().find(|format| format.extension().eq_ignore_ascii_case(extension));
        usual.or_else(|| Self::ALL.into_iter().find(|format| format.accepts_extension(extension)))
    }

    /// The extension, without the dot, of an entry whose own is missing or wrong.
    pub fn extension(self) -> &'static str {
        self.names().1.split(' ').next().unwrap_or_default()
    }

    /// The media type registered with IANA; if there is none, that of the WHATWG's MIME Sniffing standard or
    /// of freedesktop.org's shared-mime-info.
    pub fn media_type(self) -> &'static str {
        self.names().0
    }

    /// Whether an extension (without the dot, in any case) fits this format.
    pub fn accepts_extension(self, extension: &str) -> bool {
        let is_listed = |list: &str| list.split(' ').any(|own| own.eq_ignore_ascii_case(extension));
        is_listed(self.names().1) || self.is_tiff() && is_listed(RAW_EXTENSIONS)
    }

    /// Whether an extension (without the dot, in any case) fits any format here.
    pub fn is_image_extension(extension: &str) -> bool {
        Self::ALL.iter().any(|format| format.accepts_extension(extension))
    }

    /// Whether its files have the structure of a TIFF.
    pub fn is_tiff(self) -> bool {
        use Format::{Arw, Cr2, Dng, Nef, Orf, Pef, Rw2, Tiff};
        matches!(self, Tiff | Dng | Cr2 | Nef | Arw | Orf | Rw2 | Pef)
    }

    /// Whether some browser decodes it: WebKit uses its system's decoders beside its own.
    pub fn is_shown_by_browsers(self) -> bool {
        use Format::{Avif, Bmp, Cur, Gif, Heic, Heif, Ico, J2k, Jp2, Jpeg, Jpx, Jxl, Png, Svg, Tiff, WebP};
        matches!(
            self,
            Avif | Bmp
                | Cur
                | Gif
                | Heic
                | Heif
                | Ico
                | J2k
                | Jp2
                | Jpeg
                | Jpx
                | Jxl
                | Png
                | Svg
                | Tiff
                | WebP
        )
    }

    /// The media type and the extensions, the usual one first.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Jpeg => ("image/jpeg", "jpg jpeg jpe jfif jif pjpeg pjp mpo jps"),
            Self::Png => ("image/png", "png apng"),
            Self::Gif => ("image/gif", "gif"),
            Self::WebP => ("image/webp", "webp"),
            Self::Avif => ("image/avif", "avif avifs"),
            Self::Heic => ("image/heic", "heic heif hif heics heifs"),
            Self::Jxl => ("image/jxl", "jxl"),
            Self::Bmp => ("image/bmp", "bmp dib"),
            Self::Tiff => ("image/tiff", "tif tiff"),
            Self::Ico => ("image/x-icon", "ico cur"),
            Self::Svg => ("image/svg+xml", "svg"),
            Self::Svgz => ("image/svg+xml", "svgz"),
            Self::Heif => ("image/heif", "heif heifs hif heic avci avcs"),
            Self::Cur => ("image/x-icon", "cur ico"),
            Self::Jp2 => ("image/jp2", "jp2"),
            Self::Jpx => ("image/jpx", "jpx jpf"),
            Self::Jpm => ("image/jpm", "jpm"),
            Self::Jph => ("image/jph", "jph"),
            Self::J2k => ("image/j2c", "j2k j2c jpc jhc"),
            Self::Jxr => ("image/jxr", "jxr wdp hdp"),
            Self::Jls => ("image/jls", "jls"),
            Self::Dng => ("image/x-adobe-dng", "dng"),
            Self::Cr2 => ("image/x-canon-cr2", "cr2"),
            Self::Nef => ("image/x-nikon-nef", "nef nrw tif tiff"),
            Self::Arw => ("image/x-sony-arw", "arw tif tiff"),
            Self::Orf => ("image/x-olympus-orf", "orf"),
            Self::Rw2 => ("image/x-panasonic-rw2", "rw2"),
            Self::Pef => ("image/x-pentax-pef", "pef tif tiff"),
            Self::Cr3 => ("image/x-canon-cr3", "cr3"),
            Self::Raf => ("image/x-fuji-raf", "raf"),
            Self::Psd => ("image/vnd.adobe.photoshop", "psd psb"),
            Self::Tga => ("image/x-tga", "tga icb vda vst"),
            Self::Qoi => ("image/qoi", "qoi"),
            Self::Pbm => ("image/x-portable-bitmap", "pbm pnm"),
            Self::Pgm => ("image/x-portable-graymap", "pgm pnm"),
            Self::Ppm => ("image/x-portable-pixmap", "ppm pnm"),
            Self::Pam => ("image/x-portable-arbitrarymap", "pam pnm"),
            Self::Exr => ("image/x-exr", "exr"),
            Self::Hdr => ("image/vnd.radiance", "hdr rgbe pic"),
            Self::Dds => ("image/vnd.ms-dds", "dds"),
            Self::Icns => ("image/x-icns", "icns"),
            Self::Fits => ("image/fits", "fits fit fts"),
            Self::Djvu => ("image/vnd.djvu", "djvu djv"),
        }
    }
}

/// The kind of a body that is not an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnImage {
    /// An HTML document: most often an error or consent page served with status 200.
    Html,
    /// JSON: most often the error of an API.
    Json,
    /// XML that is not SVG: most often the error of a storage service.
    Xml,
    /// Other text.
    Text,
    /// A PDF document.
    Pdf,
    /// An archive, or a document that is one, such as those of word processors.
    Zip,
    /// A gzip file.
    Gzip,
    /// A 7-Zip archive.
    SevenZip,
    /// A RAR archive.
    Rar,
    /// An ISO base media file that holds no image: most often a video.
    Mp4,
    /// A QuickTime video.
    QuickTime,
    /// WebM or Matroska.
    WebM,
    /// An Ogg file, mostly audio.
    Ogg,
    /// MPEG audio with ID3 tags.
    Mp3,
    /// None of these.
    Unknown,
}

impl NotAnImage {
    /// All kinds, in the order of their definition.
    pub const ALL: [Self; 15] = [
        Self::Html,
        Self::Json,
        Self::Xml,
        Self::Text,
        Self::Pdf,
        Self::Zip,
        Self::Gzip,
        Self::SevenZip,
        Self::Rar,
        Self::Mp4,
        Self::QuickTime,
        Self::WebM,
        Self::Ogg,
        Self::Mp3,
        Self::Unknown,
    ];

    /// The media type of such a body: the one that the server claims, or `""`, unless the bytes say
    /// otherwise. `claimed` is in lower case and has no parameters.
    pub fn media_type(self, claimed: &str) -> &str {
        let is_generic = claimed.ends_with("/octet-stream");
        // What servers say of an answer of which they know nothing.
        let is_page = claimed == "text/html";
        let is_application = claimed.starts_with("application/") && !is_generic;
        let is_media = claimed.starts_with("video/") || claimed.starts_with("audio/");
        let (own, fits) = match self {
            // Error pages often have the type of what was asked for.
            Self::Html => ("text/html", claimed.starts_with("text/") || claimed.ends_with("xml")),
            Self::Json => ("application/json", !is_page),
            Self::Xml => ("application/xml", !is_page && !is_generic),
            Self::Text => ("text/plain", true),
            Self::Pdf => ("application/pdf", false),
            Self::Zip => ("application/zip", is_application),
            Self::Gzip => ("application/gzip", is_application),
            Self::SevenZip => ("application/x-7z-compressed", is_application),
            Self::Rar => ("application/vnd.rar", is_application),
            Self::Mp4 => ("video/mp4", is_media),
            Self::QuickTime => ("video/quicktime", is_media),
            Self::WebM => ("video/webm", is_media),
            Self::Ogg => ("audio/ogg", is_media),
            Self::Mp3 => ("audio/mpeg", is_media),
            Self::Unknown => ("application/octet-stream", !is_page),
        };
        let is_image = Format::ALL.iter().any(|format| format.media_type() == claimed);
        if fits && !claimed.is_empty() && !is_image { claimed } else { own }
    }
}

impl Append for NotAnImage {
    fn append_to(&self, whole: &mut String) {
        whole.push_str(match self {
            Self::Html => "an HTML page",
            Self::Json => "JSON",
            Self::Xml => "XML",
            Self::Text => "plain text",
            Self::Pdf => "a PDF document",
            Self::Zip | Self::Gzip | Self::SevenZip | Self::Rar => "a compressed archive",
            Self::Mp4 | Self::QuickTime | Self::WebM | Self::Ogg | Self::Mp3 => "video or audio",
            Self::Unknown => "an unknown kind of file",
        })
    }
}

display_by_append!(NotAnImage);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_accepted_in_any_case_and_spelling() {
        assert!(Format::Jpeg.accepts_extension("JPEG"));
        assert!(Format::Tiff.accepts_extension("tiff"));
        assert!(Format::Tiff.accepts_extension("NEF"));
        assert!(!Format::Png.accepts_extension("jpg"));
        assert!(Format::is_image_extension("WebP"));
        assert!(!Format::is_image_extension("php"));
        assert!(Format::Dng.accepts_extension("gpr") && !Format::Dng.accepts_extension("tif"));
    }

    #[test]
    fn an_extension_means_the_format_that_usually_has_it() {
        let cases = [
            ("JPEG", Format::Jpeg),
            ("dng", Format::Dng),
            ("nef", Format::Nef),
            ("iiq", Format::Tiff),
            ("tif", Format::Tiff),
            ("heif", Format::Heif),
            ("hif", Format::Heic),
            ("cur", Format::Cur),
            ("pnm", Format::Pbm),
        ];
        for (extension, format) in cases {
            assert_eq!(Format::of_extension(extension), Some(format), "{extension}");
        }
        assert_eq!(Format::of_extension("php"), None);
    }

    #[test]
    fn the_number_of_a_format_is_its_place() {
        assert!(Format::ALL.iter().enumerate().all(|(place, format)| place == *format as usize));
    }
}
