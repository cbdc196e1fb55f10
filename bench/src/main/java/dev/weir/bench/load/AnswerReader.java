package dev.weir.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Cuts one HTTP/1.1 answer, chunked or of a known length, into lines. One answer after another. */
final class AnswerReader {

  /** Who hears the answer's parts. */
  interface Hearer {
    void status(int status);

    void line(byte[] line, int length);

    void end();
  }

  private enum State {
    HEAD,
    SIZE,
    DATA,
    DATA_END,
    LAST,
    SIZED
  }

  private final Hearer hearer;
  private State state = State.HEAD;
  private byte[] line = new byte[4096];
  private int length;
  private long left;
  private boolean chunked;
  private int status;

  AnswerReader(Hearer hearer) {
    this.hearer = hearer;
  }

  void feed(ByteBuffer in) {
    while (in.hasRemaining()) {
      switch (state) {
        case HEAD -> head(in.get());
        case SIZE -> size(in.get());
        case DATA, SIZED -> data(in);
        case DATA_END -> {
          if (in.get() == '\n') {
            state = State.SIZE;
          }
        }
        case LAST -> last(in.get());
      }
    }
  }

  private void head(byte b) {
    if (b != '\n') {
      add(b);
      return;
    }
    int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    String text = new String(line, 0, end, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    length = 0;
    if (status == 0) {
      status = Integer.parseInt(text.substring(9, 12));
      left = 0;
      chunked = false;
    } else if (text.startsWith("content-length:")) {
      left = Long.parseLong(text.substring(15).strip());
    } else if (text.startsWith("transfer-encoding:")) {
      chunked = text.contains("chunked");
    } else if (text.isEmpty()) {
      body();
    }
  }

  private void body() {
    hearer.status(status);
    status = 0;
    if (chunked) {
      left = 0;
      state = State.SIZE;
    } else if (left > 0) {
      state = State.SIZED;
    } else {
      end();
    }
  }

  private void size(byte b) {
    if (b == '\n') {
      state = left == 0 ? State.LAST : State.DATA;
    } else if (b != '\r') {
      left = left * 16 + Character.digit(b, 16);
    }
  }

  private void data(ByteBuffer in) {
    int take = (int) Math.min(left, in.remaining());
    left -= take;
    while (take-- > 0) {
      byte b = in.get();
      if (b == '\n') {
        hearer.line(line, length);
        length = 0;
      } else {
        add(b);
      }
    }
    if (left == 0 && state == State.SIZED) {
      end();
    } else if (left == 0) {
      state = State.DATA_END;
    }
  }

  private void last(byte b) {
    if (b == '\n') {
      end();
    }
  }

  private void end() {
    state = State.HEAD;
    if (length > 0) {
      hearer.line(line, length);
      length = 0;
    }
    hearer.end();
  }

  private void add(byte b) {
    if (length == line.length) {
      line = Arrays.copyOf(line, 2 * length);
    }
    line[length++] = b;
  }
}
