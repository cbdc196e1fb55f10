package dev.weir.inference.provider.builtin.extract.text;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Words too common to tell sentences apart, by language. The language is the one whose words occur
 * most in the text; a text of another language has none, and inverse frequency does their work.
 */
public final class StopWords {

  private static final Set<String> ENGLISH =
      words(
          "a about above after again against all also am an and any are as at be because been"
              + " before being below between both but by can cannot could did do does doing don't"
              + " down during each few for from further had has have having he her here hers him"
              + " his how i i'm if in into is isn't it it's its itself just let me more most much"
              + " my myself no nor not now of off on once only or other our ours out over own same"
              + " shall she should so some such than that that's the their theirs them then there"
              + " these they this those through to too under until up us very was wasn't we were"
              + " what what's when where which while who who's whom whose why will with would you"
              + " you're your yours");

  private static final List<Set<String>> LANGUAGES =
      List.of(
          ENGLISH,
          words(
              "aber als am an auch auf aus bei bin bis das dass dein dem den der des die dies diese"
                  + " du durch ein eine einem einen einer eines er es fur hat haben habe ich ihr"
                  + " ihre im in ist kann mein meine mich mir mit nach nicht noch nur oder sein"
                  + " seine sich sie sind so uber um und uns unter vom von vor war waren was welche"
                  + " welcher welches wann warum wer wie wird wir wo zu zum zur"),
          words(
              "a au aux avec c'est ce ces cette comme comment dans de des du elle elles en est et"
                  + " eux il ils je la le les leur lui ma mais me meme mes moi mon ne nos notre"
                  + " nous on ou par pas pour qu'est que quel quelle quels quelles qui quoi quand"
                  + " sa se ses si son sont sur ta te tes toi ton tu un une vos votre vous etait"
                  + " ete a-t-il y"),
          words(
              "a al algo como con cual cuales cuando de del desde donde el ella ellas ellos en"
                  + " entre era eres es esa ese eso esta este esto fue ha hay la las le les lo los"
                  + " mas me mi mis muy no nos o os para pero por porque que quien quienes se ser"
                  + " si sin sobre son soy su sus te tiene tu tus un una uno y ya yo"),
          words(
              "a ai al alla anche che chi ci come con cosa da dal dalla de dei del della delle di"
                  + " dove e ed era gli ha ho i il in io la le lei lo loro lui ma mi mio mia nel"
                  + " nella non o per perche piu qual quale quali quando quanto questa questo se si"
                  + " sono su sua suo tra tu tuo un una uno vi"),
          words(
              "a ao aos as com como da das de dela dele do dos e ela ele eles em era essa esse esta"
                  + " este eu foi ha isso ja mais mas me meu minha na nao nas no nos o onde os ou"
                  + " para pela pelo por qual quais quando que quem se sem ser seu sua sao tem um"
                  + " uma voce"),
          words(
              "aan al als bij dan dat de der deze die dit door een en er had heb heeft het hij hoe"
                  + " hun ik in is je jij kan maar me met mij mijn naar niet nog of om onder ons"
                  + " ook op over te tot uit van veel voor waar waarom wanneer was wat we wel welke"
                  + " wie wij worden wordt ze zij zijn zo zou"));

  private StopWords() {}

  /** The stop words of the language of {@code sample}, given as plain words. */
  public static Set<String> of(Collection<String> sample) {
    Set<String> best = ENGLISH;
    long most = 0;
    for (Set<String> language : LANGUAGES) {
      long hits = sample.stream().filter(language::contains).count();
      if (hits > most) {
        most = hits;
        best = language;
      }
    }
    return best;
  }

  /** Whether {@code word}, lower case, is a stop word of English. */
  public static boolean isEnglish(String word) {
    return ENGLISH.contains(word);
  }

  private static Set<String> words(String all) {
    return Set.copyOf(List.of(all.split(" ", -1)));
  }
}
