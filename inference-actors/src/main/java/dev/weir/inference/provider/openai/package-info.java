/** Any server that speaks OpenAI's chat completions: vLLM, Ollama, llama.cpp, SGLang, OpenAI. */
@NullMarked
package dev.weir.inference.provider.openai;

import org.jspecify.annotations.NullMarked;
