package dev.weir.inference.provider.upstream;

import dev.weir.cluster.error.WeirException;
import dev.weir.inference.provider.UpstreamError;
import org.apache.pekko.util.ByteString;

/**
 * Finds the data of server-sent events in bytes that arrive in any pieces. Comments and other
 * fields are skipped, lines of data of one event are joined, lines may end in LF, CR LF or CR
 * (WHATWG HTML, section 9.2.6). Plain state, one thread at a time.
 *
 * <p>Use: {@link #feed} bytes, then read {@link #buffer} from {@link #offset} to {@link #length}
 * for as long as {@link #next} is true.
 */
public final class SseParser {

  /** The most that one event may take, in bytes. */
  static final int LIMIT = 1 << 20;

  private byte[] buffer = new byte[4096];
  private int filled;

  /** Where the line begins that is looked at, and how far it is known to have no end. */
  private int line;

  private int scanned;

  /** The data of the event so far; -1 for none. */
  private int dataStart = -1;

  private int dataEnd;
  private boolean afterReturn;
  private boolean delivered;

  /**
   * Takes more bytes.
   *
   * @throws WeirException when one event is larger than {@link #LIMIT}
   */
  public void feed(ByteString bytes) {
    int size = bytes.size();
    if (filled + size > buffer.length) {
      makeRoom(size);
    }
    bytes.copyToArray(buffer, filled, size);
    filled += size;
  }

  /** Goes on to the next event; false when more bytes are needed. */
  public boolean next() {
    forgetDelivered();
    while (scanned < filled) {
      byte b = buffer[scanned++];
      if (b == '\n' && afterReturn) {
        afterReturn = false;
        line = scanned;
      } else if (b == '\n' || b == '\r') {
        afterReturn = b == '\r';
        if (endOfLine(scanned - 1)) {
          return true;
        }
      } else {
        afterReturn = false;
      }
    }
    return false;
  }

  /** At the end of the bytes: an event whose blank line is missing counts. */
  public boolean last() {
    forgetDelivered();
    if (line < filled) {
      endOfLine(filled);
    }
    line = filled;
    delivered = dataStart >= 0;
    return delivered;
  }

  public byte[] buffer() {
    return buffer;
  }

  public int offset() {
    return dataStart;
  }

  public int length() {
    return dataEnd - dataStart;
  }

  private void forgetDelivered() {
    if (delivered) {
      delivered = false;
      dataStart = -1;
    }
  }

  /** Looks at one line; true when it ends an event that has data. */
  private boolean endOfLine(int end) {
    int start = line;
    line = scanned;
    if (start == end) {
      delivered = dataStart >= 0;
      return delivered;
    }
    if (isData(start, end)) {
      int value = start + 5;
      if (value < end && buffer[value] == ' ') {
        value++;
      }
      addData(Math.min(value, end), end);
    }
    return false;
  }

  private boolean isData(int start, int end) {
    return end - start >= 4
        && buffer[start] == 'd'
        && buffer[start + 1] == 'a'
        && buffer[start + 2] == 't'
        && buffer[start + 3] == 'a'
        && (end - start == 4 || buffer[start + 4] == ':');
  }

  private void addData(int start, int end) {
    if (dataStart < 0) {
      dataStart = start;
      dataEnd = end;
      return;
    }
    buffer[dataEnd] = '\n';
    System.arraycopy(buffer, start, buffer, dataEnd + 1, end - start);
    dataEnd += 1 + end - start;
  }

  private void makeRoom(int size) {
    int keep = dataStart >= 0 && !delivered ? dataStart : line;
    int kept = filled - keep;
    if (kept > LIMIT) {
      throw UpstreamError.malformed().asException();
    }
    byte[] target =
        kept + size > buffer.length ? new byte[Math.max(2 * buffer.length, kept + size)] : buffer;
    System.arraycopy(buffer, keep, target, 0, kept);
    buffer = target;
    filled = kept;
    line -= keep;
    scanned -= keep;
    dataEnd -= keep;
    dataStart = dataStart < 0 || delivered ? -1 : dataStart - keep;
    delivered = false;
  }
}
