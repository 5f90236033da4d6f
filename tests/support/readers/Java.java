import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/**
 * Prints size, SHA-256 and name of each entry, as Java's ZipFile ("file") or ZipInputStream
 * ("stream") reads it. The stream checks CRC-32s; it never sees the central directory.
 */
public class Java {
    private static final byte[] BUFFER = new byte[1 << 20];
    private static final PrintStream OUT =
            new PrintStream(new BufferedOutputStream(System.out), false, StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("file")) {
            try (ZipFile archive = new ZipFile(arguments[1])) {
                for (ZipEntry entry : (Iterable<ZipEntry>) archive.stream().map(ZipEntry.class::cast)::iterator) {
                    print(entry, archive.getInputStream(entry));
                }
            }
        } else {
            try (InputStream file = new BufferedInputStream(new FileInputStream(arguments[1]));
                    ZipInputStream archive = new ZipInputStream(file)) {
                for (ZipEntry entry; (entry = archive.getNextEntry()) != null; ) {
                    print(entry, archive);
                }
            }
        }
        OUT.flush();
    }

    private static void print(ZipEntry entry, InputStream content) throws IOException, NoSuchAlgorithmException {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        long size = 0;
        for (int length; (length = content.read(BUFFER)) >= 0; size += length) {
            sha256.update(BUFFER, 0, length);
        }
        OUT.println(size + "\t" + HexFormat.of().formatHex(sha256.digest()) + "\t" + entry.getName());
    }
}
