package dev.weir.inference.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.JointContract;
import dev.weir.inference.provider.JointProvider;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.http.ScriptedUpstream.Request;
import dev.weir.inference.provider.upstream.BatchDesk;
import dev.weir.inference.provider.upstream.BatchDesk.Ask;
import dev.weir.inference.provider.upstream.BatchDesk.End;
import dev.weir.inference.provider.upstream.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A file of calls in, files of answers and of failures out. */
class OpenAiBatchesTest extends JointContract {

  @Override
  protected Wire wire() {
    return new ChatWire();
  }

  @Override
  protected BatchDesk desk() {
    return new ChatBatchDesk();
  }

  @Override
  protected List<String> leftovers() {
    return List.of("/v1/files/file-in-1", "/v1/files/out-batch_1", "/v1/files/err-batch_1");
  }

  @Test
  void theFileHasALineForEachCallAndTheBatchNamesTheFile() {
    ScriptedUpstream upstream = upstream(desk());
    news(joint(upstream));
    Request file = upstream.requests().get(0);
    assertThat(file.line()).isEqualTo("POST /v1/files HTTP/1.1");
    assertThat(file.headers().get("authorization")).isEqualTo("Bearer " + Wire.KEY);
    assertThat(file.headers().get("content-type"))
        .startsWith("multipart/form-data; boundary=weir-");
    assertThat(file.body())
        .contains("name=\"purpose\"\r\n\r\nbatch\r\n")
        .contains(
            "{\"custom_id\":\"c-1\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"I"
                + " am c-1\"}],\"max_tokens\":10}}\n")
        .doesNotContain("stream");
    Request batch = upstream.requests().get(1);
    assertThat(batch.line()).isEqualTo("POST /v1/batches HTTP/1.1");
    assertThat(batch.headers().get("content-type")).isEqualTo("application/json");
    assertThat(batch.body())
        .isEqualTo(
            "{\"input_file_id\":\"file-in-1\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}");
    assertThat(upstream.requests().get(2).line()).isEqualTo("GET /v1/batches/batch_1 HTTP/1.1");
    assertThat(upstream.requests().get(2).headers()).doesNotContainKey("content-type");
  }

  @Test
  void anUploadThatBreaksOffIsRepeatedAndWhatIsRefusedIsNot() {
    BatchDesk passing = desk().instead(Ask.UPLOAD, ScriptedUpstream.Exchange::drop);
    news(joint(upstream(passing)));
    assertThat(passing.batches()).hasSize(1);
    BatchDesk refusing = desk().instead(Ask.UPLOAD, it -> it.answer(413, "{}"));
    assertThat(code(refusing)).isEqualTo("upstream_rejected");
    assertThat(refusing.asked()).containsExactly(Ask.UPLOAD);
  }

  @Test
  void aFileWhoseBatchIsRefusedIsDeleted() {
    BatchDesk desk = desk().instead(Ask.SUBMIT, it -> it.answer(400, "{}"));
    assertThat(code(desk)).isEqualTo("upstream_rejected");
    assertDeleted(desk, List.of("/v1/files/file-in-1"));
  }

  @Test
  void aBatchThatFailsItsValidationTellsOfALine() {
    BatchDesk desk = desk().end(End.FAILED);
    assertThat(news(joint(upstream(desk))).getLast())
        .isEqualTo(new JointProvider.Ended(UpstreamError.rejected(400)));
    assertDeleted(desk, List.of("/v1/files/file-in-1"));
  }

  @Test
  void aBatchThatSomebodyElseCancelsIsSaidToBe() {
    BatchDesk desk = desk().end(End.CANCELLED).outcomes(said -> BatchDesk.Outcome.FORGOTTEN);
    assertThat(news(joint(upstream(desk))).getLast())
        .isEqualTo(new JointProvider.Ended(UpstreamError.batchCancelled()));
  }

  private String code(BatchDesk desk) {
    return WeirError.of(catchThrowable(() -> news(joint(upstream(desk))))).code();
  }
}
