package dev.weir.gateway.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links between documents, and from them to the code, lead somewhere. */
class LinksTest {

  @Test
  void everyLinkLeadsToAFileOrAHeading() {
    List<Markdown> documents = Repository.documents().stream().map(Markdown::read).toList();

    assertThat(documents).flatExtracting(Markdown::brokenLinks).isEmpty();
    assertThat(documents).flatExtracting(Markdown::links).hasSizeGreaterThan(50);
  }

  @Test
  void aMissingFileAndAMissingHeadingAreFound(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.md");
    Files.writeString(
        file,
        """
        # Here, and `there`
        [good](a.md#here-and-there) [good](#again-1) [far](https://weir.invalid/x)
        [bad](b.md) [bad](#nowhere) `[no link](c.md)`
        ## Again
        ## Again
        ```
        [no link](d.md)
        ```
        """);

    assertThat(Markdown.read(file).brokenLinks())
        .containsExactly(file + " -> b.md", file + " -> #nowhere");
  }
}
