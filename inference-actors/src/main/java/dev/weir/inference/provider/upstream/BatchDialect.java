package dev.weir.inference.provider.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.JointProvider;
import java.net.URI;
import java.util.List;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** How one kind of batch endpoint is spoken to. Thread safe. */
public interface BatchDialect {

  /**
   * What is handed in for one call: JSON, in UTF-8, without a line break.
   *
   * @throws dev.weir.cluster.error.WeirException when the call cannot be said
   */
  byte[] line(JointProvider.Entry call);

  /** Brings lines there, where that comes before {@link #submit}; brings their name. */
  default Source<String, NotUsed> upload(List<byte[]> lines) {
    return Source.single("");
  }

  /** Hands in what was uploaded; brings the name of the batch. */
  Source<String, NotUsed> submit(String uploaded, List<byte[]> lines);

  /** Deletes what was uploaded and not taken. */
  default Source<JsonNode, NotUsed> discard(String uploaded) {
    return Source.empty();
  }

  /** Asks how far a batch is. */
  Source<Look, NotUsed> look(String batch);

  /** Asks the upstream to give a batch up. */
  Source<JsonNode, NotUsed> cancel(String batch);

  /**
   * Reads one line of what came of a batch.
   *
   * @throws RuntimeException when it is none
   */
  JointProvider.News read(JsonNode line);

  /**
   * How far a batch is.
   *
   * @param over whether nothing comes to what is there
   * @param results where there are lines to {@link #read}
   * @param leftovers what is to be deleted in the end
   * @param unanswered what those calls have failed with of which there is no line
   */
  record Look(boolean over, List<URI> results, List<URI> leftovers, WeirError unanswered) {
    public Look {
      results = List.copyOf(results);
      leftovers = List.copyOf(leftovers);
    }
  }
}
